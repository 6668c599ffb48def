"""Checks a server with redis-py: default settings, RESP3 and RESP2. Usage: check.py HOST:PORT"""

import sys
import threading

import redis

host, port = sys.argv[1].rsplit(":", 1)


def check(**options):
    client = redis.Redis(host=host, port=int(port), decode_responses=True, **options)
    assert client.ping()
    client.flushall()

    assert client.set("greeting", "hello", ex=100)
    assert client.get("greeting") == "hello"
    assert client.get("none") is None
    assert 0 < client.ttl("greeting") <= 100
    assert client.set("greeting", "again", nx=True) is None
    assert client.set("greeting", "again", get=True) == "hello"
    assert client.mset({"a": "1", "b": "2"})
    assert client.mget("a", "none", "b") == ["1", None, "2"]
    assert client.incr("count", 41) == 41 and client.incrbyfloat("f", 0.5) == 0.5
    assert sorted(client.scan_iter(match="?")) == ["a", "b", "f"]
    assert client.expire("a", 10) and client.persist("a") and client.type("a") == "string"
    assert client.hset("h", mapping={"x": "1", "y": "2"}) == 2
    assert client.hgetall("h") == {"x": "1", "y": "2"}
    assert client.rpush("l", "a", "b") == 2 and client.lrange("l", 0, -1) == ["a", "b"]
    assert client.sadd("s", "m") == 1 and client.smembers("s") == {"m"}
    assert client.zadd("z", {"m": 1.5}) == 1 and client.zscore("z", "m") == 1.5
    assert client.dbsize() == 9 and client.delete("a", "b") == 2
    try:
        client.incr("greeting")
        raise AssertionError("INCR succeeded for a value that is not an integer")
    except redis.ResponseError as error:
        assert "not an integer" in str(error)

    with client.pipeline() as pipe:
        pipe.multi()
        pipe.incr("n").incr("n").get("n")
        assert pipe.execute() == [1, 2, "2"]
    with client.pipeline() as pipe:
        pipe.watch("n")
        client.set("n", "changed")
        pipe.multi()
        pipe.set("n", "lost")
        try:
            pipe.execute()
            raise AssertionError("EXEC succeeded although a watched key had changed")
        except redis.WatchError:
            pass

    subscriber = client.pubsub()
    subscriber.subscribe("news")
    subscriber.psubscribe("n*")
    confirmed = [subscriber.get_message(timeout=5)["type"] for _ in range(2)]
    assert confirmed == ["subscribe", "psubscribe"], confirmed
    assert client.publish("news", "hello") == 2
    got = sorted(subscriber.get_message(timeout=5)["type"] for _ in range(2))
    assert got == ["message", "pmessage"], got
    subscriber.unsubscribe()
    subscriber.punsubscribe()
    subscriber.close()

    received = []
    listener = client.pubsub()
    listener.subscribe(**{"many": lambda message: received.append(message["data"])})
    thread = listener.run_in_thread(sleep_time=0.01)
    enough = threading.Event()
    while client.publish("many", "0") == 0:
        pass
    for number in range(1, 100):
        client.publish("many", str(number))
    while received[-1:] != ["99"]:
        enough.wait(0.01)
    thread.stop()
    thread.join()
    assert received[-99:] == [str(number) for number in range(1, 100)]

    assert client.client_setname("checker") and client.client_getname() == "checker"
    assert any(entry["name"] == "checker" for entry in client.client_list())
    assert client.info("server")["redis_mode"] == "standalone"
    assert client.config_get("databases") == {"databases": "16"}
    assert client.command_count() > 100
    client.close()


check()
check(protocol=3)
check(protocol=2)
print("redis-py", redis.__version__, "passed")
