#!/usr/bin/env python3
"""Measures compile time by number of handlers, for a generated and a hand-written actor.

    python3 benches/compile_time.py [--fn] [-n 100,250,500,1000] [--repeat 3]
    python3 benches/compile_time.py --bodies [-n 100] [--repeat 3]

Every handler is an `async fn` (with `--fn`, a `fn`) with two arguments, one of them borrowed. With `--bodies`, the rows are
instead numbers of `async fn`s, of four kinds, with and without `#[cancel_safe]`. Each time is the minimum user CPU time of
the repeats, in seconds, of `rustc --emit=metadata`, including the expansion of the macro. Nothing is linked.
"""

import argparse
import pathlib
import resource
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

METHOD = """
    /// Adds `amount` under `label`.
    pub {kind} add_{{i}}(&mut self, label: &str, amount: u64) -> u64 {{{{
        self.total += amount + label.len() as u64;
        self.total
    }}}}
"""

ACTOR = """//! An actor with many handlers.
use actor_runtime::actor;
/// Counts.
pub struct Counter {{ total: u64 }}
{attribute}
impl Counter {{
    /// A counter.
    pub fn new() -> Self {{ Self {{ total: 0 }} }}
{methods}
}}
"""

TWIN = """
/// A message.
pub enum Message {{
{variants}
}}
/// Handles messages until there are no more.
pub async fn run(mut counter: Counter, mut mailbox: tokio::sync::mpsc::Receiver<Message>) {{
    while let Some(message) = mailbox.recv().await {{
        match message {{
{arms}
        }}
    }}
}}
/// A handle.
#[derive(Clone)]
pub struct Handle(tokio::sync::mpsc::Sender<Message>);
impl Handle {{
{handle}
}}
"""

VARIANT = "    Add{i} {{ label: String, amount: u64, reply: tokio::sync::oneshot::Sender<u64> }},\n"

ARM = """            Message::Add{{i}} {{{{ label, amount, reply }}}} => {{{{
                let _ = reply.send(counter.add_{{i}}(&label, amount){wait});
            }}}}
"""

HANDLE = """
    /// Adds `amount` under `label`.
    pub async fn add_{i}(&self, label: impl Into<String>, amount: u64) -> Option<u64> {{
        let (reply, answer) = tokio::sync::oneshot::channel();
        self.0.send(Message::Add{i} {{ label: label.into(), amount, reply }}).await.ok()?;
        answer.await.ok()
    }}
"""

BODIES = """//! Functions that are cancel safe.
use std::io;
use tokio::{{io::AsyncReadExt, net::TcpStream, sync::mpsc, time::Interval}};
/// A connection, and what it waits for.
pub struct Connection {{ stream: TcpStream, buffer: Vec<u8>, queue: mpsc::Receiver<u64>, batch: Vec<u64>, ticks: Interval, missed: u32 }}
impl Connection {{
{bodies}
}}
"""

BODY = [
    """
    /// Reads a line.
    {mark}pub async fn line_{i}(&mut self) -> io::Result<Vec<u8>> {{
        loop {{
            if let Some(end) = self.buffer.iter().position(|byte| *byte == 10) {{
                return Ok(self.buffer.drain(..=end).collect());
            }}
            if self.stream.read_buf(&mut self.buffer).await? == 0 {{
                return Err(io::ErrorKind::UnexpectedEof.into());
            }}
        }}
    }}
""",
    """
    /// Gathers a batch.
    {mark}pub async fn batch_{i}(&mut self) -> Vec<u64> {{
        while self.batch.len() < 8 {{
            let Some(number) = self.queue.recv().await else {{ break }};
            self.batch.push(number);
        }}
        std::mem::take(&mut self.batch)
    }}
""",
    """
    /// Counts the ticks that nothing has answered.
    {mark}pub async fn beat_{i}(&mut self) -> u32 {{
        while self.missed < 3 {{
            self.ticks.tick().await;
            self.missed += 1;
        }}
        self.missed
    }}
""",
    """
    /// Waits for a number that is not zero.
    {mark}pub async fn number_{i}(&mut self) -> Option<u64> {{
        if let Some(number) = self.batch.last().copied().filter(|number| *number > 0) {{
            return Some(number);
        }}
        self.queue.recv().await.map(|number| number + 1)
    }}
""",
]


def bodies(n, mark):
    each_kind = (BODY[i % len(BODY)].format(i=i, mark=mark) for i in range(n))
    return BODIES.format(bodies="".join(each_kind))


def each(template, n):
    return "".join(template.format(i=i) for i in range(n))


def actor(n, kind):
    return ACTOR.format(attribute="#[actor]", methods=each(METHOD.format(kind=kind), n))


def twin(n, kind):
    methods = each(METHOD.format(kind=kind), n)
    methods = ACTOR.format(attribute="", methods=methods).replace("use actor_runtime::actor;\n", "")
    arm = ARM.format(wait=".await" if kind == "async fn" else "")
    parts = {"variants": each(VARIANT, n), "arms": each(arm, n), "handle": each(HANDLE, n)}
    return methods + TWIN.format(**parts)


def libraries():
    """Builds the runtime and returns the paths of it and of tokio."""
    command = ["cargo", "build", "-p", "actor-runtime", "--message-format=json"]
    features = ["--features", "io-util,net,sync,tokio/time"]
    output = subprocess.run(command + features, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = {}
    for name in ("actor_runtime", "tokio"):
        lines = (line for line in output.splitlines() if f'"name":"{name}"' in line and ".rlib" in line)
        line = next(lines)
        found[name] = line.split(f"lib{name}", 1)[0].rsplit('"', 1)[1] + "lib" + name
        end = line.split(f"lib{name}", 1)[1].split(".rlib")[0]
        found[name] += end + ".rlib"
    return found


def check(source, libs, directory):
    path = pathlib.Path(directory) / "many.rs"
    path.write_text(source)
    command = ["rustc", "--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--out-dir", directory]
    command += ["-L", f"dependency={ROOT}/target/debug/deps"]
    for name, rlib in libs.items():
        command += ["--extern", f"{name}={rlib}"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(command + [str(path)], check=True, cwd=directory)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fn", dest="kind", action="store_const", const="fn", default="async fn")
    parser.add_argument("--bodies", action="store_true", help="marked bodies instead of handlers")
    parser.add_argument("-n", default=None, help="numbers of handlers or bodies")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--twin-up-to", type=int, default=500, help="largest number of handlers for the twin, whose compile time grows faster")
    options = parser.parse_args()
    numbers = map(int, (options.n or ("100" if options.bodies else "100,250,500,1000")).split(","))
    libs = libraries()
    with tempfile.TemporaryDirectory() as directory:
        def fastest(source):
            return min(check(source, libs, directory) for _ in range(options.repeat))

        if options.bodies:
            print("| bodies | `#[cancel_safe]` | not marked | ratio |\n|---:|---:|---:|---:|")
        else:
            print("| handlers | `#[actor]` | hand-written | ratio |\n|---:|---:|---:|---:|")
        for n in numbers:
            if options.bodies:
                ours = fastest(bodies(n, "#[actor_runtime::cancel_safe] "))
                theirs = fastest(bodies(n, ""))
            else:
                ours = fastest(actor(n, options.kind))
                theirs = fastest(twin(n, options.kind)) if n <= options.twin_up_to else None
            rest = f"{theirs:.2f} s | {ours / theirs:.2f}" if theirs else "- | -"
            print(f"| {n} | {ours:.2f} s | {rest} |", flush=True)


if __name__ == "__main__":
    main()
