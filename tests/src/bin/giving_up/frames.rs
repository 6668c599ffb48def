//! A handler that reads frames from a stream, for a caller that keeps giving up.

use std::collections::VecDeque;

use actor_runtime::{actor, spawn};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    runtime::Runtime,
};

use crate::{
    clients::{ONE, Stack, read_by},
    options::Options,
    tally::Tally,
};

/// The number of elements of the other tables per frame.
const SHARE: u32 = 5;

/// The capacity of the pipe in bytes, so small that every frame arrives in pieces.
const PIPE: usize = 2;

/// Reads one number from each line.
struct Frames {
    stream: DuplexStream,
    buffer: Vec<u8>,
    /// The frames that came back.
    returned: VecDeque<u32>,
    came_back: u64,
    /// The number of lines that are not numbers.
    broken: u64,
}

#[actor]
impl Frames {
    fn new(stream: DuplexStream) -> Self {
        let (buffer, returned) = (Vec::new(), VecDeque::new());
        Self { stream, buffer, returned, came_back: 0, broken: 0 }
    }

    /// Reads the next frame. Whenever it waits, its progress is in `self`, and an unread reply comes back.
    #[cancel_safe(undelivered = put_back)]
    pub(crate) async fn read(&mut self) -> Option<u32> {
        loop {
            if let Some(frame) = all_or_nothing(self.parse()) {
                return Some(frame);
            }
            if self.stream.read_buf(&mut self.buffer).await.ok()? == 0 {
                return None;
            }
        }
    }

    /// The same body, but unread replies are dropped.
    #[cancel_safe(trusted = "to show what is lost without `undelivered`")]
    pub(crate) async fn read_and_forget(&mut self) -> Option<u32> {
        loop {
            if let Some(frame) = self.parse() {
                return Some(frame);
            }
            if self.stream.read_buf(&mut self.buffer).await.ok()? == 0 {
                return None;
            }
        }
    }

    /// A common first version. `#[cancel_safe]` refuses it without `trusted`.
    #[cancel_safe(undelivered = put_back, trusted = "to show what is lost with a local buffer")]
    pub(crate) async fn read_into_local(&mut self) -> Option<u32> {
        if let Some(frame) = self.returned.pop_front() {
            return Some(frame);
        }
        loop {
            let mut line = Vec::new();
            while !line.ends_with(b"\n") {
                line.push(self.stream.read_u8().await.ok()?);
            }
            if let Some(number) = self.number(&line) {
                return Some(number);
            }
        }
    }

    /// Ends the actor, and returns what is left.
    pub(crate) fn finish(self) -> (Vec<u32>, u64, u64) {
        (self.returned.into(), self.came_back, self.broken)
    }

    fn parse(&mut self) -> Option<u32> {
        if let Some(frame) = self.returned.pop_front() {
            return Some(frame);
        }
        loop {
            let end = self.buffer.iter().position(|byte| *byte == b'\n')?;
            let line: Vec<u8> = self.buffer.drain(..=end).collect();
            if let Some(number) = self.number(&line) {
                return Some(number);
            }
        }
    }

    /// Parses a line, which has eight digits.
    fn number(&mut self, line: &[u8]) -> Option<u32> {
        let digits = line.strip_suffix(b"\n").filter(|digits| digits.len() == 8);
        let number = digits.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        self.broken += u64::from(number.is_none());
        number
    }

    fn put_back(&mut self, frame: Option<u32>) {
        if let Some(frame) = frame {
            self.came_back += 1;
            self.returned.push_front(frame);
        }
    }
}

/// The handler that reads.
#[derive(Clone, Copy)]
enum Body {
    Right,
    Forgets,
    LocalBuffer,
}

impl Body {
    const ALL: [Self; 3] = [Self::Right, Self::Forgets, Self::LocalBuffer];

    fn name(self) -> &'static str {
        match self {
            Self::Right => "checked, `undelivered = ..`",
            Self::Forgets => "checked, without `undelivered`",
            Self::LocalBuffer => "local buffer, accepted as `trusted`, `undelivered = ..`",
        }
    }
}

#[derive(Clone)]
struct Reader(FramesHandle, Body);

impl Stack for Reader {
    async fn pop(&self, _: bool) -> Option<u32> {
        let answer = match self.1 {
            Body::Right => self.0.read().await,
            Body::Forgets => self.0.read_and_forget().await,
            Body::LocalBuffer => self.0.read_into_local().await,
        };
        answer.expect("the actor runs")
    }

    async fn end(self) -> (Vec<u32>, u64) {
        let (left, came_back, _) = self.0.finish().await.expect("the actor runs");
        (left, came_back)
    }
}

/// Writes all frames, and closes the stream.
async fn write(mut stream: DuplexStream, frames: u32) {
    for frame in 0..frames {
        let line = format!("{frame:08}\n");
        stream.write_all(line.as_bytes()).await.expect("the reader is alive");
    }
}

/// Reads frames with one caller that keeps giving up. Returns whether the right body loses nothing and
/// each of the others something.
pub(crate) fn table(runtime: &Runtime, options: Options) -> bool {
    println!("| `read_frame` | read | lost | broken lines | came back |");
    println!("|---|---|---|---|---|");
    let frames = options.elements / SHARE;
    let mut is_right = true;
    for body in Body::ALL {
        let (tally, broken) = runtime.block_on(async {
            let (near, far) = duplex(PIPE);
            let writer = tokio::spawn(write(far, frames));
            let handle = spawn(Frames::new(near));
            let read = read_by(Reader(handle.clone(), body), ONE, options.seed).await;
            writer.await.expect("it writes all");
            let (left, came_back, broken) = handle.finish().await.expect("the actor runs");
            (Tally::of(frames, &read, &left, came_back), broken)
        });
        let Tally { read, lost, twice, came_back, .. } = tally;
        println!("| {} | {read} | {lost} | {broken} | {came_back} |", body.name());
        is_right &= twice == 0 && (lost == 0) == matches!(body, Body::Right);
    }
    println!();
    is_right
}
