"""Tests the page of the job board in a browser: page.py CHROMIUM URL DIRECTORY.

The browser is controlled through a pair of pipes, by the protocol of its developer tools. The page must be open, and its
jobs must change by themselves, within 30 s each.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request

program, url, directory = sys.argv[1:]
DEADLINE = 30


class Browser:
    def __init__(self):
        requests, replies = directory + "/requests", directory + "/replies"
        os.mkfifo(requests)
        os.mkfifo(replies)
        command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        command += ["--user-data-dir=" + directory + "/profile", "--remote-debugging-pipe"]
        with open(directory + "/browser.log", "w") as log:
            shell = ["bash", "-c", 'exec "${@:3}" 3<"$1" 4>"$2"', "sh", requests, replies]
            self.process = subprocess.Popen(shell + command, stdout=log, stderr=log)
        self.requests = open(requests, "wb", buffering=0)
        self.replies = open(replies, "rb", buffering=0)
        self.buffer, self.id, self.session = b"", 0, {}

    def call(self, method, **params):
        self.id += 1
        message = {"id": self.id, "method": method, "params": params, **self.session}
        self.requests.write(json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.buffer:
                read = self.replies.read(65536)
                assert read, "the browser has ended"
                self.buffer += read
            reply, self.buffer = self.buffer.split(b"\0", 1)
            reply = json.loads(reply)
            if reply.get("id") == self.id:
                assert "error" not in reply, reply
                return reply["result"]

    def open(self, address):
        target = self.call("Target.createTarget", url=address)["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self.session = {"sessionId": attached["sessionId"]}

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def until(self, what, expression):
        end = time.monotonic() + DEADLINE
        while not self.evaluate(expression):
            assert time.monotonic() < end, f"not within {DEADLINE} s: {what}: {self.evaluate('document.body.innerText')}"
            time.sleep(0.02)


def post(path, text):
    return urllib.request.urlopen(url + path, data=text.encode()).read().decode()


browser = Browser()
try:
    browser.open(url + "/")
    browser.until("the page", "document.getElementById('state')?.textContent === 'up to date'")
    browser.until("a job that was there", "document.body.innerText.includes('Paint the fence')")

    job = post("/jobs", "Posted by somebody else")
    browser.until("a job of somebody else", f"document.getElementById('job-{job}')?.innerText.includes('Posted by')")
    post(f"/jobs/{job}/take", "somebody")
    browser.until("it is taken", f"document.getElementById('job-{job}').innerText.includes('taken by somebody')")

    browser.evaluate("document.getElementById('title').value = 'Posted by the page'")
    browser.evaluate("document.querySelector('form button').click()")
    mine = "[...document.querySelectorAll('li')].find(item => item.innerText.includes('Posted by the page'))"
    browser.until("a job of the page", mine + " !== undefined")
    browser.evaluate(mine + ".querySelector('button').click()")
    browser.until("the page has taken it", mine + ".innerText.includes('taken by browser')")
    assert "taken by browser" in urllib.request.urlopen(url + "/jobs").read().decode().replace('"taken_by":"', "taken by ")
finally:
    browser.process.kill()
    browser.process.wait()
print("its page passed in a browser")
