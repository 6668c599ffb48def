//! What is known of tokio's types needs no feature: a type is there only if tokio has it.

use std::io;

use actor_runtime::{actor, cancel_safe, select};
use tokio::{
    fs::ReadDir,
    io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines},
    net::{TcpListener, TcpStream, UdpSocket, UnixListener, UnixStream},
    process::Child,
    sync::{Mutex, Semaphore, broadcast, mpsc, oneshot, watch},
};

struct Server {
    listener: TcpListener,
    stream: TcpStream,
    lines: Lines<BufReader<UnixStream>>,
    datagrams: UdpSocket,
    child: Child,
    dir: ReadDir,
    rx: mpsc::Receiver<u32>,
    news: broadcast::Receiver<u32>,
    state: watch::Receiver<u32>,
    buffer: Vec<u8>,
}

#[actor]
impl Server {
    pub fn len(&self) -> usize {
        self.buffer.len()
    }

    #[on(self.listener.accept())]
    fn accepted(&mut self, accepted: io::Result<(TcpStream, std::net::SocketAddr)>) {
        drop(accepted);
    }

    #[on(self.lines.next_line())]
    fn line(&mut self, line: io::Result<Option<String>>) {
        drop(line);
    }
}

impl Server {
    #[cancel_safe]
    async fn accept(&mut self) -> io::Result<TcpStream> {
        Ok(self.listener.accept().await?.0)
    }

    #[cancel_safe]
    async fn read(&mut self) -> io::Result<usize> {
        self.stream.read_buf(&mut self.buffer).await
    }

    #[cancel_safe]
    async fn next_line(&mut self) -> io::Result<Option<String>> {
        self.lines.next_line().await
    }

    #[cancel_safe]
    async fn entry(&mut self) -> io::Result<Option<tokio::fs::DirEntry>> {
        self.dir.next_entry().await
    }

    #[cancel_safe]
    async fn any(&mut self) -> u32 {
        let mut buffer = [0; 16];
        tokio::select! {
            value = self.rx.recv() => value.unwrap_or(0),
            value = self.news.recv() => value.unwrap_or(0),
            _ = self.state.changed() => *self.state.borrow_and_update(),
            _ = self.child.wait() => 0,
            _ = self.datagrams.recv_from(&mut buffer) => 0,
        }
    }
}

async fn sources(listener: &UnixListener, mut rx: mpsc::Receiver<u32>, mut reply: oneshot::Receiver<u32>) {
    select! {
        value = &mut rx => drop(value),
        stream = listener => drop(stream),
        value = &mut reply => drop(value),
    }
}

struct Shared {
    total: Mutex<u32>,
    room: Semaphore,
}

#[cancel_safe]
async fn word(shared: &Shared) -> u32 {
    let _permit = repeatable(requeue(shared.room.acquire())).await;
    *requeue(shared.total.lock()).await
}

async fn lines(stream: TcpStream) -> Lines<BufReader<TcpStream>> {
    BufReader::new(stream).lines()
}

fn main() {
    let _ = (lines, word, sources, spawned);
}

async fn spawned(mut server: Server) {
    let _ = (server.accept().await, server.read().await, server.next_line().await);
    let _ = (server.entry().await, server.any().await);
    let _: ServerHandle = actor_runtime::spawn(server);
}
