"""How long one command delays the others, in milliseconds: for each of them, the time until its reply, and the
longest PING of another client meanwhile and shortly afterwards. Needs only Python.

Usage: latency.py [HOST:]PORT...

With several servers, they are measured in turn.
"""

import socket
import sys
import threading
import time


class Client:
    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host or "127.0.0.1", int(port)), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")

    def send(self, *words):
        words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        head = b"*%d\r\n" % len(words)
        self.socket.sendall(head + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))

    def reply(self):
        line = self.file.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise RuntimeError(rest.decode())
        if kind == b"$":
            return None if rest == b"-1" else self.file.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return [self.reply() for _ in range(int(rest))]
        return rest

    def __call__(self, *words):
        self.send(*words)
        return self.reply()

    def many(self, commands):
        """Runs many commands, in pipelines."""
        commands = list(commands)
        for begin in range(0, len(commands), 1000):
            part = commands[begin : begin + 1000]
            for command in part:
                self.send(*command)
            for _ in part:
                self.reply()


def fill(client, command, elements):
    elements = list(elements)
    for begin in range(0, len(elements), 10_000):
        client(command, "k", *elements[begin : begin + 10_000])


def pairs(numbers):
    return [word for number in numbers for word in (number, f"member{number}")]


def large_string(client):
    client("SETRANGE", "k", 256 * 1024 * 1024, "x")


def expiring(client):
    # Redis looks for expired keys at its own pace; all of these are over at the same time.
    deadline = int(time.time() * 1000) + 4000
    client.many(("SET", f"key{number}", "x", "PXAT", deadline) for number in range(300_000))
    time.sleep(max(0, deadline / 1000 - time.time()))


CASES = [
    ("SETRANGE in 256 MB", large_string, ("SETRANGE", "k", 1000, "x")),
    ("APPEND to 256 MB", large_string, ("APPEND", "k", "x")),
    ("ZRANGE -1 -1 of 500,000", lambda c: fill(c, "ZADD", pairs(range(500_000))), ("ZRANGE", "k", -1, -1)),
    ("ZRANGE of the middle", lambda c: fill(c, "ZADD", pairs(range(500_000))), ("ZRANGE", "k", 250_000, 250_000)),
    ("HDEL of the first of 500,000", lambda c: fill(c, "HSET", pairs(range(500_000))), ("HDEL", "k", 0)),
    ("LREM of 100,000 of 200,000", lambda c: fill(c, "RPUSH", [0, 1] * 100_000), ("LREM", "k", 0, 1)),
    ("UNLINK of 1,000,000 elements", lambda c: fill(c, "RPUSH", range(1_000_000)), ("UNLINK", "k")),
    ("UNLINK of a set of 500,000", lambda c: fill(c, "SADD", range(500_000)), ("UNLINK", "k")),
    ("FLUSHALL ASYNC of 300,000 keys", lambda c: c.many(("SET", f"key{n}", "x") for n in range(300_000)), ("FLUSHALL", "ASYNC")),
    ("INFO with 300,000 keys", lambda c: c.many(("SET", f"key{n}", "x", "EX", 1000) for n in range(300_000)), ("INFO", "keyspace")),
    ("300,000 keys expire at once", expiring, ("GET", "key1")),
]


def measure(address, prepare, command):
    client, other = Client(address), Client(address)
    client("FLUSHALL")
    prepare(client)
    other("PING")
    slowest, is_over = 0, threading.Event()

    def ping():
        nonlocal slowest
        while not is_over.is_set():
            begun = time.perf_counter()
            other("PING")
            slowest = max(slowest, time.perf_counter() - begun)

    thread = threading.Thread(target=ping)
    thread.start()
    begun = time.perf_counter()
    client(*command)
    taken = time.perf_counter() - begun
    time.sleep(0.5)
    is_over.set()
    thread.join()
    client("FLUSHALL")
    return taken * 1000, slowest * 1000


addresses = sys.argv[1:]
print(f"{'ms until the reply / of the longest PING':40}" + "".join(f"{address:>20}" for address in addresses))
for name, prepare, command in CASES:
    times = [measure(address, prepare, command) for address in addresses]
    print(f"{name:40}" + "".join(f"{taken:11.1f} /{slowest:7.1f}" for taken, slowest in times))
