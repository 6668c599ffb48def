//! Cancellation of `read_frame`: no request is lost or returned twice.
//!
//! The tests use the reader of a connection on a real socket, as the event source of an actor and as a branch
//! of `select!`, and drop its future between any two bytes.

use std::sync::Arc;

use actor_runtime::{ActorHandle, Context, actor, select, spawn};
use bytes::Bytes;
use mini_redis_actors::reader::{FrameReader, ReadError, Words};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf},
    sync::{Semaphore, mpsc},
};

use crate::support::client::request;

async fn sockets() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let client = TcpStream::connect(listener.local_addr().expect("an address"));
    let (client, accepted) = tokio::join!(client, listener.accept());
    let client = client.expect("a connection");
    client.set_nodelay(true).expect("a socket");
    (client, accepted.expect("a connection").0)
}

/// Returns encoded requests, and the words that they decode to.
fn requests() -> (Vec<u8>, Vec<Words>) {
    let mut bytes = Vec::new();
    let mut all = Vec::new();
    for number in 0..40 {
        let value = format!("{number}:\r\n$3\r\nabc");
        let words: [&[u8]; 3] = [b"SET", b"key", value.as_bytes()];
        if number % 4 == 0 {
            bytes.extend_from_slice(b"SET key inline\r\n");
            all.push(vec![Bytes::from("SET"), Bytes::from("key"), Bytes::from("inline")]);
        }
        bytes.extend_from_slice(&request(&words));
        all.push(words.iter().map(|word| Bytes::copy_from_slice(word)).collect());
    }
    (bytes, all)
}

struct Listener {
    reader: FrameReader<OwnedReadHalf>,
    got: Vec<Words>,
    ended: bool,
}

#[actor]
impl Listener {
    #[on(self.reader.read_frame())]
    fn frame(&mut self, read: Result<Option<Words>, ReadError>, context: &Context<Self>) {
        match read.expect("the requests are right") {
            Some(words) => self.got.push(words),
            None => {
                self.ended = true;
                context.stop();
            }
        }
    }

    /// Drops the pending `read_frame`, as any message does, and returns the number of requests read.
    pub(crate) fn interrupt(&mut self) -> usize {
        self.got.len()
    }

    /// Returns all requests read.
    pub(crate) fn finish(self) -> Vec<Words> {
        self.got
    }
}

#[tokio::test(flavor = "current_thread")]
async fn an_actor_interrupted_between_any_two_bytes_loses_no_request() {
    let (mut client, server) = sockets().await;
    let (reader, _writer) = server.into_split();
    let listener =
        spawn(Listener { reader: FrameReader::new(reader), got: Vec::new(), ended: false });
    let (bytes, expected) = requests();
    let mut interruptions = 0_u32;
    for byte in bytes {
        client.write_all(&[byte]).await.expect("the listener reads");
        for _ in 0..3 {
            listener.interrupt().await.expect("the listener lives");
            tokio::task::yield_now().await;
            interruptions += 1;
        }
    }
    while listener.interrupt().await.expect("the listener lives") < expected.len() {
        tokio::task::yield_now().await;
    }
    assert!(interruptions > 3000);
    assert!(listener.stats().counts.handled > 3000);
    assert_eq!(listener.finish().await.expect("the listener lives"), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_select_branch_that_loses_at_every_byte_loses_no_request() {
    let (mut client, server) = sockets().await;
    let (reader, _writer) = server.into_split();
    let mut reader = FrameReader::new(reader);
    let (publisher, mut messages) = mpsc::channel(8);
    let publishing = tokio::spawn(async move {
        let mut count = 0_u64;
        while publisher.send(count).await.is_ok() {
            count += 1;
            tokio::task::yield_now().await;
        }
    });
    let (bytes, expected) = requests();
    let length = bytes.len() as u64;
    // Each byte follows a message that won, so a frame loses at least once for each of its bytes.
    let wins = Arc::new(Semaphore::new(0));
    let won = wins.clone();
    let writing = tokio::spawn(async move {
        for byte in bytes {
            won.acquire().await.expect("never closed").forget();
            client.write_all(&[byte]).await.expect("the reader reads");
        }
        client.shutdown().await.expect("a socket");
    });
    let (mut got, mut published) = (Vec::new(), 0);
    loop {
        // A message wins whenever there is one, and drops the frame that is waited for.
        select! {
            biased;
            message = messages.recv() => {
                assert_eq!(message, Some(published));
                published += 1;
                wins.add_permits(1);
            }
            read = reader.read_frame() => match read.expect("the requests are right") {
                Some(words) => got.push(words),
                None => break,
            },
        }
    }
    drop(messages);
    writing.await.expect("the writer does not panic");
    publishing.await.expect("the publisher does not panic");
    assert_eq!(got, expected);
    assert!(published >= length, "{published} messages for {length} bytes");
}
