"""What is buffered for clients that do not read, and for idle ones. Needs only Python.

Usage: buffers.py HOST:PORT PID
"""

import socket
import sys
import time

HOST, PORT = sys.argv[1].rsplit(":", 1)
PID = int(sys.argv[2])


def resident():
    """Returns the resident memory of the server in megabytes."""
    with open(f"/proc/{PID}/status") as status:
        line = next(line for line in status if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def connect():
    client = socket.create_connection((HOST, int(PORT)), timeout=20)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def encode(*words):
    head = b"*%d\r\n" % len(words)
    return head + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def read(client, count):
    """Reads `count` bytes."""
    left = count
    while left:
        chunk = client.recv(min(left, 1 << 20))
        assert chunk, f"{left} of {count} bytes are missing"
        left -= len(chunk)


def pipeline_before_reading(name, requests, replies):
    """Writes all requests, then reads all replies: `sendall` fails if the server stops to read."""
    client = connect()
    begun = time.monotonic()
    client.sendall(requests)
    read(client, replies)
    print(f"{name}: written, then read, in {time.monotonic() - begun:.2f} s")


def unread():
    """46,000 replies of 1 MB that no one reads take little memory, and others are served."""
    other = connect()
    other.sendall(encode(b"SET", b"big", b"v" * (1 << 20)))
    read(other, len(b"+OK\r\n"))
    before = resident()
    greedy = connect()
    greedy.sendall(encode(b"GET", b"big") * 46_000)
    slowest = 0
    for _ in range(1000):
        begun = time.monotonic()
        other.sendall(encode(b"PING"))
        read(other, len(b"+PONG\r\n"))
        slowest = max(slowest, time.monotonic() - begun)
    grown = resident() - before
    print(f"46,000 unread replies of 1 MB: {grown:.0f} MB, PING within {1000 * slowest:.0f} ms")
    assert grown < 32, "the buffers are not bounded"
    greedy.close()


def idle():
    """50 connections that had a large request and a large reply keep none of it."""
    size = 10 << 20
    clients = [connect() for _ in range(50)]
    clients[0].sendall(encode(b"SET", b"big", b"v" * size))
    read(clients[0], len(b"+OK\r\n"))
    before = resident()
    for client in clients:
        client.sendall(encode(b"GET", b"big"))
        read(client, len(f"${size}\r\n") + size + 2)
        client.sendall(encode(b"SET", b"big", b"v" * size))
        read(client, len(b"+OK\r\n"))
    clients[0].sendall(encode(b"DEL", b"big"))
    read(clients[0], len(b":1\r\n"))
    grown = resident() - before
    print(f"50 idle connections after a GET and a SET of 10 MB each: {grown:.0f} MB more than before")
    assert grown < 64, "idle connections keep their buffers"


kilobyte = b"x" * 1024
pipeline_before_reading("10,000 ECHO of 1 KB", encode(b"ECHO", kilobyte) * 10_000, 10_000 * 1033)
gets = b"".join(encode(b"GET", b"key:%012d" % number) for number in range(150_000))
pipeline_before_reading("150,000 GET", gets, 150_000 * len(b"$-1\r\n"))
unread()
idle()
