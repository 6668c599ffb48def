//! Something between the client and the server that splits, cuts, stalls, or adds: at every byte of a transcript, every
//! call ends, and none gets another one's answer.

use std::{io, sync::Arc, time::Duration};

use postgres_actor::{Config, Error, Result, Row, Session};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinSet,
};

use crate::support::{Cluster, DEADLINE, cluster, soon};

/// What happens to the bytes of the server.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// They come in pieces of this size.
    Split(usize),
    /// The connection ends after this many.
    Cut(usize),
    /// Nothing comes after this many.
    Stall(usize),
    /// One bit of this byte is wrong.
    Flip(usize),
    /// Between all messages there are notices, settings and notifications.
    Add,
    /// After this many messages, there is an error.
    Refuse(usize),
}

/// What may come between any two messages.
const ADDED: [&[u8]; 3] = [
    b"N\0\0\0\x14SNOTICE\0C00000\0\0",
    b"S\0\0\0\x0eadded\0yes\0",
    b"A\0\0\0\x0e\0\0\0\x01chan\0\0",
];

/// An error of the server.
const REFUSED: &[u8] = b"E\0\0\0\x1aSERROR\0CXX001\0Madded\0\0";

/// Relays one connection.
async fn relay(listener: TcpListener, server: u16, fault: Fault) -> io::Result<()> {
    let (client, _) = listener.accept().await?;
    let server = TcpStream::connect(("127.0.0.1", server)).await?;
    client.set_nodelay(true)?;
    let (mut from_client, to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    tokio::select! {
        result = tokio::io::copy(&mut from_client, &mut to_server) => result.map(drop),
        result = disturb(from_server, to_client, fault) => result,
    }
}

async fn disturb(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, fault: Fault) -> io::Result<()> {
    let (mut buffer, mut sent, mut adder) = (vec![0; 64 * 1024], 0, Adder::default());
    loop {
        let read = from.read(&mut buffer).await?;
        let bytes = &mut buffer[..read];
        if read == 0 {
            return Ok(());
        }
        match fault {
            Fault::Split(size) => {
                for piece in bytes.chunks(size) {
                    to.write_all(piece).await?;
                    tokio::task::yield_now().await;
                }
            }
            Fault::Cut(at) | Fault::Stall(at) if sent + read >= at => {
                to.write_all(&bytes[..at - sent]).await?;
                if let Fault::Stall(_) = fault {
                    std::future::pending::<()>().await;
                }
                return Ok(());
            }
            Fault::Flip(at) if (sent..sent + read).contains(&at) => {
                bytes[at - sent] ^= 1 << (at % 8);
                to.write_all(bytes).await?;
            }
            Fault::Add => to.write_all(&adder.add(bytes, |_| ADDED.concat())).await?,
            Fault::Refuse(after) => {
                let refused = |count| if count == after { REFUSED.to_vec() } else { Vec::new() };
                to.write_all(&adder.add(bytes, refused)).await?;
            }
            _ => to.write_all(bytes).await?,
        }
        sent += read;
    }
}

/// Finds the ends of messages.
#[derive(Default)]
struct Adder {
    message: Vec<u8>,
    is_ready: bool,
    /// Messages since the session was ready.
    count: usize,
}

impl Adder {
    /// Adds something after each message, by their number.
    fn add(&mut self, bytes: &[u8], added: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
        let mut all = Vec::new();
        for byte in bytes {
            all.push(*byte);
            self.message.push(*byte);
            let Some(length) = self.message.get(1..5) else { continue };
            if self.message.len() == u32::from_be_bytes(length.try_into().unwrap()) as usize + 1 {
                self.is_ready |= self.message[0] == b'Z';
                if self.is_ready {
                    all.extend(added(self.count));
                    self.count += 1;
                }
                self.message.clear();
            }
        }
        all
    }
}

fn note(what: &str, outcome: Result<String>) -> String {
    match outcome {
        Ok(text) => format!("{what}: {text}"),
        Err(error @ Error::Server(_)) => format!("{what}: {}", error.code().unwrap_or_default()),
        Err(error) => format!("lost: {error}"),
    }
}

/// Something of everything. Each line is an answer, or begins with `lost`.
async fn transcript(config: &Config) -> Vec<String> {
    let session = match config.connect().await {
        Ok(session) => Arc::new(session),
        Err(error) => return vec![format!("lost: {error}")],
    };
    let mut lines = Vec::new();
    let simple = session.simple_query("SELECT 1; SELECT g FROM generate_series(1, 5) g").await;
    lines.push(note("simple", simple.map(|results| format!("{} sets", results.len()))));
    lines.push(note("error", session.simple_query("SELECT 1 / 0").await.map(|_| String::new())));
    let sql = "SELECT g::int4, 'text' FROM generate_series(1, $1::int4) g";
    let mut calls = JoinSet::new();
    for call in 0..6_i32 {
        let session = session.clone();
        calls.spawn(async move {
            let sum = session.query(sql, &[&(call * 2)]).await.and_then(|rows| sum(&rows));
            (call, note(&format!("query {call}"), sum))
        });
    }
    let mut answers = calls.join_all().await;
    answers.sort_unstable();
    lines.extend(answers.into_iter().map(|(_, line)| line));
    lines.push(note("stream", streamed(&session, sql).await));
    lines.push(note("copy", copied(&session).await));
    let batched = async {
        let mut batch = session.batch();
        batch.add("SELECT 7", &[]).await?;
        batch.add(sql, &[&3_i32]).await?;
        Ok(batch.run().await?.iter().map(|outcome| outcome.affected).sum::<u64>().to_string())
    };
    lines.push(note("batch", batched.await));
    lines.push(note("last", session.simple_query("SELECT 42").await.map(|_| String::new())));
    soon("the end of the session", session.close()).await;
    lines
}

async fn streamed(session: &Session, sql: &str) -> Result<String> {
    let rows = session.buffer(2).stream(sql, &[&60_i32]).await?.collect().await?;
    sum(&rows)
}

/// The sum of the first column. With a wrong bit, it may be of any type, and `NULL`.
fn sum(rows: &[Row]) -> Result<String> {
    let values = rows.iter().map(|row| row.try_get::<i32>(0));
    Ok(values.collect::<Result<Vec<_>>>()?.into_iter().map(i64::from).sum::<i64>().to_string())
}

async fn copied(session: &Session) -> Result<String> {
    let mut data = session.copy_out("COPY (SELECT generate_series(1, 20)) TO STDOUT").await?;
    let mut length = 0;
    while let Some(line) = data.next().await? {
        length += line.len();
    }
    Ok(length.to_string())
}

/// The transcript through a relay.
async fn disturbed(cluster: &Cluster, fault: Fault) -> Vec<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let relay = tokio::spawn(relay(listener, cluster.port, fault));
    let mut config = Config::new("127.0.0.1", port, "postgres")
        .close_timeout(Duration::from_millis(200))
        .connect_timeout(DEADLINE);
    if let Fault::Stall(_) | Fault::Flip(_) = fault {
        // A length that is wrong looks like silence.
        let limit = Duration::from_millis(100);
        config = config
            .silence_timeout(limit)
            .connect_timeout(limit)
            .call_timeout(Duration::from_secs(1));
    }
    let lines = soon(&format!("{fault:?}"), transcript(&config)).await;
    relay.abort();
    lines
}

/// How many bytes the server sends.
async fn length(cluster: &'static Cluster) -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let counted = tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut server = TcpStream::connect(("127.0.0.1", cluster.port)).await.unwrap();
        tokio::io::copy_bidirectional(&mut client, &mut server).await.unwrap().1
    });
    transcript(&Config::new("127.0.0.1", port, "postgres")).await;
    usize::try_from(soon("the count", counted).await.unwrap()).unwrap()
}

/// Runs the transcript with many faults, some at a time.
async fn sweep(
    cluster: &'static Cluster,
    faults: impl Iterator<Item = Fault>,
    check: fn(Fault, &[String]),
) {
    let mut running = JoinSet::new();
    for fault in faults {
        if running.len() >= 32 {
            running.join_next().await.unwrap().unwrap();
        }
        running.spawn(async move { check(fault, &disturbed(cluster, fault).await) });
    }
    running.join_all().await;
}

/// The answers before the fault are right, and all calls after it are lost. Calls that run beside each other may
/// be lost in any order.
fn is_a_beginning(fault: Fault, lines: &[String]) {
    for (line, expected) in lines.iter().zip(EXPECTED) {
        assert!(line == expected || line.starts_with("lost: "), "{fault:?}: {line}");
    }
    let lost = lines.iter().position(|line| line.starts_with("lost: "));
    if let Some(lost) = lost {
        let after = lines[lost..].iter().filter(|line| !line.starts_with("query "));
        for line in after {
            assert!(line.starts_with("lost: "), "{fault:?}: {lines:?}");
        }
    }
}

const EXPECTED: [&str; 12] = [
    "simple: 2 sets",
    "error: 22012",
    "query 0: 0",
    "query 1: 3",
    "query 2: 10",
    "query 3: 21",
    "query 4: 36",
    "query 5: 55",
    "stream: 1830",
    "copy: 51",
    "batch: 4",
    "last: ",
];

#[tokio::test]
async fn pieces_of_any_size() {
    let cluster = cluster!();
    assert_eq!(transcript(&cluster.config()).await, EXPECTED);
    let sizes = [1, 2, 3, 5, 7, 13, 64, 1000];
    sweep(cluster, sizes.into_iter().map(Fault::Split), |fault, lines| {
        assert_eq!(lines, EXPECTED, "{fault:?}");
    })
    .await;
}

#[tokio::test]
async fn notices_settings_and_notifications_between_any_two_messages() {
    let cluster = cluster!();
    assert_eq!(disturbed(cluster, Fault::Add).await, EXPECTED);
}

/// One call fails, or all that wait for the same answer. The others are right, and the session goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_between_any_two_messages() {
    let cluster = cluster!();
    sweep(cluster, (0..250).map(Fault::Refuse), |fault, lines| {
        assert_eq!(lines.len(), EXPECTED.len(), "{fault:?}: {lines:?}");
        let differ = lines.iter().zip(EXPECTED).filter(|(line, expected)| line != expected);
        let mut count = 0;
        for (line, _) in differ {
            assert!(line.ends_with(": XX001"), "{fault:?}: {line}");
            count += 1;
        }
        // Six queries wait for one statement to be prepared, and the answers of some calls are many messages.
        assert!(count <= 6, "{fault:?}: {lines:?}");
        // Those are in the answer to the first call.
        if let Fault::Refuse(1..=8) = fault {
            assert_eq!((count, &*lines[0]), (1, "simple: XX001"), "{fault:?}: {lines:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_ends_after_any_byte() {
    let cluster = cluster!();
    let length = length(cluster).await;
    assert!(length > 2000, "{length}");
    sweep(cluster, (0..length).map(Fault::Cut), is_a_beginning).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_stalls_after_any_byte() {
    let cluster = cluster!();
    let length = length(cluster).await;
    sweep(cluster, (0..length).map(Fault::Stall), is_a_beginning).await;
}

/// A wrong byte may be a wrong value, which nobody can tell. But every call ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_bit_in_any_byte() {
    let cluster = cluster!();
    let length = length(cluster).await;
    sweep(cluster, (0..length).map(Fault::Flip), |_, _| {}).await;
}
