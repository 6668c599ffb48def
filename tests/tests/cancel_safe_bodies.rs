//! Bodies that `#[cancel_safe]` accepts give the same result if they are dropped at any wait and called
//! again. A body that it refuses shows that the tests would notice a difference.

use std::{io, time::Duration};

use actor_runtime::{actor, cancel_safe, cancel_safe::drop_everywhere, spawn};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    sync::mpsc,
    time::sleep,
};

struct Connection {
    stream: DuplexStream,
    buffer: Vec<u8>,
    header: Option<u8>,
    body: Option<u8>,
}

/// A connection that sends four bytes, with a pause before each.
fn connection() -> Connection {
    let (mut writer, stream) = tokio::io::duplex(8);
    tokio::spawn(async move {
        for byte in b"123\n" {
            sleep(Duration::from_millis(1)).await;
            writer.write_all(&[*byte]).await.unwrap();
        }
    });
    Connection { stream, buffer: Vec::new(), header: None, body: None }
}

impl Connection {
    #[cancel_safe]
    async fn line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                return Ok(self.buffer.drain(..=end).collect());
            }
            self.stream.read_buf(&mut self.buffer).await?;
        }
    }

    #[cancel_safe]
    async fn message(&mut self) -> io::Result<(u8, u8)> {
        if self.header.is_none() {
            self.header = Some(self.stream.read_u8().await?);
        }
        if self.body.is_none() {
            self.body = Some(self.stream.read_u8().await?);
        }
        Ok((self.header.take().unwrap_or(0), self.body.take().unwrap_or(0)))
    }

    #[cancel_safe]
    async fn command(&mut self) -> io::Result<(u8, u8)> {
        if self.header.is_none() {
            self.header = Some(self.stream.read_u8().await?);
        }
        let argument = match self.header {
            Some(b'1') => self.stream.read_u8().await?,
            _ => 0,
        };
        Ok((self.header.take().unwrap_or(0), argument))
    }

    #[cancel_safe]
    async fn later(&mut self) -> io::Result<u8> {
        repeatable(sleep(Duration::from_millis(1))).await;
        self.stream.read_u8().await
    }

    /// Would be refused without `trusted`: the header is lost at the second wait.
    #[cancel_safe(trusted = "wrongly, on purpose")]
    async fn message_with_a_local(&mut self) -> io::Result<(u8, u8)> {
        let header = self.stream.read_u8().await?;
        Ok((header, self.stream.read_u8().await?))
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_is_whole() {
    let run = async |connection: &mut Connection| connection.line().await.unwrap();
    let places = drop_everywhere(connection, run, |_, line| line.clone()).await;
    assert_eq!(places, 4);
}

#[tokio::test(start_paused = true)]
async fn guarded_steps_are_not_repeated() {
    let run = async |connection: &mut Connection| connection.message().await.unwrap();
    assert_eq!(drop_everywhere(connection, run, |_, message| *message).await, 2);
    let run = async |connection: &mut Connection| connection.command().await.unwrap();
    assert_eq!(drop_everywhere(connection, run, |_, command| *command).await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_repeatable_step_may_be_repeated() {
    let run = async |connection: &mut Connection| connection.later().await.unwrap();
    assert!(drop_everywhere(connection, run, |_, byte| *byte).await >= 1);
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "gives something else")]
async fn a_refused_body_gives_another_result() {
    let run = async |connection: &mut Connection| connection.message_with_a_local().await.unwrap();
    drop_everywhere(connection, run, |_, message| *message).await;
}

struct Forward {
    rx: mpsc::Receiver<u32>,
    tx: mpsc::Sender<u32>,
    out: mpsc::Receiver<u32>,
    next: Option<u32>,
}

impl Forward {
    #[cancel_safe]
    async fn forward(&mut self) {
        if self.next.is_none() {
            self.next = Some(self.rx.recv().await.unwrap_or(0));
        }
        if let Ok(room) = cancel_safe::requeue(&self.tx).reserve().await
            && let Some(item) = self.next.take()
        {
            room.send(item);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_between_two_channels() {
    let setup = || {
        let (source, rx) = mpsc::channel(1);
        let (tx, out) = mpsc::channel(1);
        tokio::spawn(async move {
            sleep(Duration::from_millis(1)).await;
            source.send(7).await
        });
        Forward { rx, tx, out, next: None }
    };
    let run = async |forward: &mut Forward| {
        forward.forward().await;
        forward.out.try_recv().ok()
    };
    let places = drop_everywhere(setup, run, |_, item| *item).await;
    assert_eq!(places, 1);
}

/// Reads lines for its callers.
struct Reader {
    connection: Connection,
    /// Lines that were not read.
    lines: Vec<Vec<u8>>,
}

#[actor]
impl Reader {
    fn new() -> Self {
        Self { connection: connection(), lines: Vec::new() }
    }

    /// Returns the next line.
    #[cancel_safe(undelivered = put_back)]
    pub(crate) async fn line(&mut self) -> Vec<u8> {
        if let Some(line) = self.lines.pop() {
            return line;
        }
        self.connection.line().await.unwrap_or_default()
    }

    fn put_back(&mut self, line: Vec<u8>) {
        self.lines.push(line);
    }
}

/// The body of a handler, called without an actor.
#[tokio::test(start_paused = true)]
async fn the_body_of_a_handler() {
    let places = drop_everywhere(Reader::new, Reader::line, |_, line| line.clone()).await;
    assert_eq!(places, 4);
}

/// Calls that are dropped in the mailbox, while the handler runs, or after the reply.
#[tokio::test(start_paused = true)]
async fn a_call_of_a_handler() {
    let call = async |reader: &mut ReaderHandle| reader.line().await;
    let places = drop_everywhere(|| spawn(Reader::new()), call, |_, line| line.clone()).await;
    // A call is woken once, by its reply.
    assert_eq!(places, 1);
    // The timeouts end at different points of the handler.
    for patience in 0..10 {
        let reader = spawn(Reader::new());
        let patience = Duration::from_millis(patience);
        let line = match cancel_safe::timeout(patience, reader.line()).await {
            Ok(line) => line,
            Err(_) => reader.line().await,
        };
        assert_eq!(line, Ok(b"123\n".to_vec()), "after {patience:?}");
    }
}
