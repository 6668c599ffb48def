//! Child processes, which end when their input does.

use std::{process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines, stdin},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

use crate::Failure;

/// How long a process may take to begin or to end. The machine may be busy with other things.
const PATIENCE: Duration = Duration::from_secs(30);

/// Completes when the input of this process has ended.
pub(crate) async fn input_ended() {
    // An input that cannot be read has ended, too.
    let _ = stdin().read_to_end(&mut Vec::new()).await;
}

/// Another process of this program. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts it, and waits until it says that it is ready.
    pub(crate) async fn start(arguments: &[&str]) -> Result<Self, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let input = child.stdin.take().ok_or("no input")?;
        let output = child.stdout.take().ok_or("no output")?;
        let mut process = Self { child, input, output: BufReader::new(output).lines() };
        match timeout(PATIENCE, process.output.next_line()).await?? {
            Some(line) if line == "ready" => Ok(process),
            other => Err(format!("{arguments:?} does not begin: {other:?}").into()),
        }
    }

    /// Kills it with `SIGKILL`.
    pub(crate) async fn kill(mut self) -> Result<(), Failure> {
        Ok(self.child.kill().await?)
    }

    /// Ends its input, and returns the lines that it has written when it has ended by itself.
    pub(crate) async fn end(self) -> Result<Vec<String>, Failure> {
        let Self { mut child, input, mut output } = self;
        drop(input);
        let mut lines = Vec::new();
        while let Some(line) = timeout(PATIENCE, output.next_line()).await?? {
            lines.push(line);
        }
        let status = timeout(PATIENCE, child.wait()).await??;
        if status.success() {
            Ok(lines)
        } else {
            Err(format!("a process has failed: {status}").into())
        }
    }
}
