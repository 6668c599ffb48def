"""Connects subscribers of the channel `news`, which read as fast as they can. Prints their number once all have
subscribed.

Usage: subscribers.py PORT COUNT
"""

import selectors
import socket
import sys

port, count = int(sys.argv[1]), int(sys.argv[2])
selector = selectors.DefaultSelector()
for _ in range(count):
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(b"*2\r\n$9\r\nSUBSCRIBE\r\n$4\r\nnews\r\n")
    client.recv(1 << 16)
    client.setblocking(False)
    selector.register(client, selectors.EVENT_READ)
print(count, flush=True)
while True:
    for key, _ in selector.select():
        try:
            if not key.fileobj.recv(1 << 20):
                sys.exit()
        except BlockingIOError:
            pass
