//! Bodies that `#[cancel_safe]` accepts give the same result if they are dropped at any wait and called
//! again. A body that it refuses shows that the tests would notice a difference.

mod right;

use std::{io, time::Duration};

use actor_runtime::{actor, cancel_safe, cancel_safe::drop_everywhere, spawn};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    time::sleep,
};

struct Connection {
    stream: DuplexStream,
    buffer: Vec<u8>,
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
    Connection { stream, buffer: Vec::new() }
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

    /// Would be refused without `trusted`: the header is lost at the second wait.
    #[cancel_safe(trusted = "wrongly, on purpose")]
    async fn message_with_a_local(&mut self) -> io::Result<(u8, u8)> {
        let header = self.stream.read_u8().await?;
        Ok((header, self.stream.read_u8().await?))
    }
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "gives something else")]
async fn a_refused_body_gives_another_result() {
    let run = async |connection: &mut Connection| connection.message_with_a_local().await.unwrap();
    drop_everywhere(connection, run, |_, message| *message).await;
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
