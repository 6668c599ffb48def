"""Calls an actor that a Rust program serves: python3 client.py ADDRESS NAME"""

import asyncio
import json
import random
import sys

import nats
from nats.errors import NoRespondersError


class ActorError(Exception):
    """There is no answer. `kind` says why, in the words of actor-remote/README.md."""

    def __init__(self, kind, message=None):
        super().__init__(f"{kind}: {message}" if message else kind)
        self.kind = kind


class Remote:
    """An actor of another process."""

    def __init__(self, client, name):
        self.client, self.name = client, name
        self.caller, self.last = random.getrandbits(53), 0

    async def call(self, method, timeout=5.0, **arguments):
        request = {"method": method, "arguments": arguments, "within_ms": int(timeout * 1000)}
        try:
            reply = await self.client.request(f"actor.{self.name}", json.dumps(request).encode(), timeout=timeout)
        except NoRespondersError:
            raise ActorError("unreachable", "nobody serves this name") from None
        return self.read(json.loads(reply.data))["answer"]

    async def stream(self, method, timeout=5.0, **arguments):
        """Yields the values of a stream, at most 16 of which are under way."""
        self.last += 1
        key = {"caller": self.caller, "number": self.last}
        inbox = self.client.new_inbox()
        replies = await self.client.subscribe(inbox)
        request = {"method": method, "arguments": arguments, "within_ms": int(timeout * 1000), **key}
        await self.client.publish(f"actor.{self.name}", json.dumps(request).encode(), reply=inbox)
        topic, taken = f"actor-topic.control.{self.name}", 0

        def tell(**what):
            return self.client.publish(topic, json.dumps(key | what).encode())

        async def lives():
            while True:
                await asyncio.sleep(1)
                await tell(taken=taken)

        living, silent, is_over = asyncio.create_task(lives()), 0, False
        try:
            while True:
                try:
                    message = await replies.next_msg(timeout=1)
                except nats.errors.TimeoutError:
                    silent += 1
                    if silent == 3:
                        raise ActorError("lost", "the process cannot be heard any more") from None
                    await tell(taken=taken, asks=True)
                    continue
                silent = 0
                if not message.data:
                    raise ActorError("unreachable", "nobody serves this name")
                reply = self.read(json.loads(message.data))
                if "accepted" in reply:
                    topic = f"actor-topic.process.{reply['accepted']}"
                elif "item" in reply:
                    if reply["number"] != taken:
                        raise ActorError("lost", "a value was lost")
                    taken += 1
                    yield reply["item"]
                    if taken % 8 == 0:
                        await tell(taken=taken)
                elif reply.get("end", reply.get("sent")) != taken:
                    raise ActorError("lost", "a value was lost")
                elif "end" in reply:
                    is_over = True
                    return
        finally:
            living.cancel()
            if not is_over:
                await tell(cancel=True)
            await replies.unsubscribe()

    @staticmethod
    def read(reply):
        if "error" in reply:
            raise ActorError(**reply["error"])
        return reply


async def fails(awaitable, kind):
    try:
        answer = await awaitable
    except ActorError as error:
        assert error.kind == kind, error
        print(f"yes  {error}")
    else:
        raise AssertionError(f"{answer} is no {kind}")


async def main(address, name):
    client = await nats.connect(address)
    counter = Remote(client, name)
    assert await counter.call("add", amount=2) == 2
    assert await counter.call("add", amount=3) == 5
    print("yes  2 and 3 are added")
    await fails(counter.call("add", amount="two"), "undecodable")
    await fails(counter.call("subtract", amount=2), "undecodable")
    await fails(Remote(client, "nobody").call("add", amount=2), "unreachable")
    assert [number async for number in counter.stream("count", end=1000)] == list(range(1000))
    print("yes  a stream of 1000 values is read")
    assert await counter.call("add", amount=0) == 5
    print("yes  nothing else was added")
    await client.close()


asyncio.run(main(*sys.argv[1:]))
