#!/usr/bin/env python3
"""Asks rust-analyzer what a person sees in an editor who writes an actor. See README.md beside this file."""

import argparse
import json
import os
import pathlib
import queue
import re
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
import cases  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 600  # Seconds until an answer is given up on, the first of which waits for a build.

MANIFEST = f"""
[package]
name = "editor"
version = "0.0.0"
edition = "2024"

[dependencies]
actor-runtime = {{ path = "{ROOT}/actor-runtime" }}
tokio = {{ version = "1", features = ["rt", "macros", "sync", "time"] }}

[workspace]
"""


class Server:
    """A running rust-analyzer, spoken to in the language server protocol."""

    def __init__(self, command, folder, library):
        environment = dict(os.environ, CARGO_TARGET_DIR=str(folder / "target"))
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
        self.messages = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.last_id = 0
        self.version = 0
        self.uri = (folder / "src/main.rs").as_uri()
        self._start(folder, library)

    def _start(self, folder, library):
        cargo = {"sysrootSrc": library} if library else {}
        options = {"cargo": cargo, "checkOnSave": False, "cachePriming": {"enable": False}}
        # Half-written code is completed while it is typed, so completions come with a snippet.
        capabilities = {
            "textDocument": {
                "hover": {"contentFormat": ["markdown"]},
                "diagnostic": {},
                "completion": {"completionItem": {"snippetSupport": False}},
            },
            "workspace": {"configuration": False},
            "experimental": {"serverStatusNotification": True},
        }
        folders = [{"uri": folder.as_uri(), "name": "editor"}]
        self.ask(
            "initialize",
            processId=os.getpid(),
            rootUri=folder.as_uri(),
            capabilities=capabilities,
            workspaceFolders=folders,
            initializationOptions=options,
        )
        self.tell("initialized")
        text = (folder / "src/main.rs").read_text()
        document = {"uri": self.uri, "languageId": "rust", "version": 0, "text": text}
        self.tell("textDocument/didOpen", textDocument=document)
        self._until(lambda it: it.get("method") == "experimental/serverStatus" and it["params"]["quiescent"])

    def _read(self):
        stream = self.process.stdout
        while header := stream.readline():
            length = 0
            while header.strip():
                name, value = header.split(b":", 1)
                if name.lower() == b"content-length":
                    length = int(value)
                header = stream.readline()
            self.messages.put(json.loads(stream.read(length)))
        self.messages.put(None)

    def _write(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def _until(self, is_it):
        while True:
            message = self.messages.get(timeout=PATIENCE)
            if message is None:
                sys.exit("rust-analyzer has ended")
            if "method" in message and "id" in message:
                self._write({"id": message["id"], "result": None})
            if is_it(message):
                return message

    def tell(self, method, **params):
        self._write({"method": method, "params": params})

    def ask(self, method, **params):
        """Returns the answer, and asks again if the question was overtaken by a change."""
        while True:
            self.last_id += 1
            asked = self.last_id
            self._write({"id": asked, "method": method, "params": params})
            answer = self._until(lambda it: it.get("id") == asked and "method" not in it)
            error = answer.get("error")
            if error is None:
                return answer["result"]
            if error["code"] not in (-32801, -32802):
                raise RuntimeError(f"{method}: {error['message']}")

    def write(self, text):
        """Replaces the text of the file, as if it had been typed."""
        self.version += 1
        document = {"uri": self.uri, "version": self.version}
        self.tell("textDocument/didChange", textDocument=document, contentChanges=[{"text": text}])

    def at(self, method, position, **params):
        """Asks about a position in the file."""
        return self.ask(method, textDocument={"uri": self.uri}, position=position, **params)


class Editor:
    """What the cases see: a file with a cursor in it."""

    def __init__(self, server):
        self.server = server

    def open(self, marked):
        """Writes `marked` into the file, with the cursor where it has `$0`."""
        before, found, after = marked.partition("$0")
        self.text = before + after
        self.cursor = self._position(before) if found else None
        self.server.write(self.text)

    @staticmethod
    def _position(before):
        return {"line": before.count("\n"), "character": len(before) - (before.rfind("\n") + 1)}

    def line(self, number):
        return self.text.split("\n")[number].strip()

    def hover(self):
        answer = self.server.at("textDocument/hover", self.cursor)
        return answer["contents"]["value"] if answer else ""

    def definition(self):
        """The lines that a jump leads to; a line of another file by its address."""
        places = self.server.at("textDocument/definition", self.cursor) or []
        places = places if isinstance(places, list) else [places]
        return [
            self.line(place["range"]["start"]["line"]) if place["uri"] == self.server.uri else place["uri"]
            for place in places
        ]

    def completions(self):
        """The labels in the order in which an editor shows them."""
        answer = self.server.at("textDocument/completion", self.cursor, context={"triggerKind": 1}) or []
        items = answer["items"] if isinstance(answer, dict) else answer
        items.sort(key=lambda item: item.get("sortText", item["label"]))
        return [re.sub(r"[(!].*", "", item["label"]) for item in items]

    def signature(self):
        answer = self.server.at("textDocument/signatureHelp", self.cursor)
        return answer["signatures"][0]["label"] if answer and answer["signatures"] else ""

    def renamed(self, name):
        """The text after a rename."""
        answer = self.server.at("textDocument/rename", self.cursor, newName=name)
        edits = list((answer.get("changes") or {}).get(self.server.uri, []))
        for document in answer.get("documentChanges") or []:
            edits += document.get("edits", [])
        lines = self.text.split("\n")
        for edit in sorted(edits, key=lambda it: it["range"]["start"]["character"], reverse=True):
            start, end = edit["range"]["start"], edit["range"]["end"]
            line = lines[start["line"]]
            lines[start["line"]] = line[: start["character"]] + edit["newText"] + line[end["character"] :]
        return "\n".join(lines)

    def hints(self):
        """The types that are shown behind names, by the line they stand in."""
        whole = {"start": {"line": 0, "character": 0}, "end": self._position(self.text)}
        hints = self.server.ask("textDocument/inlayHint", textDocument={"uri": self.server.uri}, range=whole) or []
        found = []
        for hint in hints:
            label = hint["label"]
            text = label if isinstance(label, str) else "".join(part["value"] for part in label)
            found.append((self.line(hint["position"]["line"]), text))
        return found

    def errors(self):
        """The errors, each with the text that is underlined."""
        answer = self.server.ask("textDocument/diagnostic", textDocument={"uri": self.server.uri})
        found = []
        for item in answer.get("items", []):
            if item.get("severity") != 1:
                continue
            start, end = item["range"]["start"], item["range"]["end"]
            lines = self.text.split("\n")[start["line"] : end["line"] + 1]
            lines[-1] = lines[-1][: end["character"]]
            lines[0] = lines[0][start["character"] :]
            found.append(("\n".join(lines), item["message"]))
        return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default="rust-analyzer", help="the command of rust-analyzer")
    parser.add_argument("--library", help="the sources of the standard library, if the component `rust-src` is missing")
    parser.add_argument("only", nargs="*", help="words in the names of the cases to run")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "src").mkdir()
        (folder / "Cargo.toml").write_text(MANIFEST)
        (folder / "src/main.rs").write_text(cases.COUNTER.replace("$0", ""))
        editor = Editor(Server([options.server], folder, options.library))
        failed = 0
        for case in cases.ALL:
            if options.only and not any(word in case.__name__ for word in options.only):
                continue
            try:
                case(editor)
                print(f"ok      {case.__name__}")
            except AssertionError as wrong:
                failed += 1
                print(f"FAILED  {case.__name__}: {case.__doc__}\n        {wrong}")
        editor.server.process.kill()
    sys.exit(f"{failed} failed" if failed else 0)


if __name__ == "__main__":
    main()
