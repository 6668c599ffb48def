//! A chat server with graceful shutdown: one actor for the room, and one for each client.
//!
//! Run with `cargo run -p actor-examples --example chat`. The program is server and clients at once, on 127.0.0.1. A server
//! would end with `scope.until_signal().await?` in place of `scope.shutdown()`.

use std::{collections::BTreeMap, io, net::SocketAddr};

use actor_runtime::{Context, Scope, WeakHandle, actor};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

/// Knows the clients, and passes lines on.
#[derive(Debug, Default)]
pub struct Room {
    clients: BTreeMap<u32, WeakHandle<ClientHandle>>,
}

#[actor]
impl Room {
    /// A client has come.
    pub fn join(&mut self, id: u32, client: WeakHandle<ClientHandle>) {
        self.clients.insert(id, client);
    }

    /// A client has gone.
    pub fn leave(&mut self, id: u32) {
        self.clients.remove(&id);
    }

    /// A client has said something. A slow client misses lines, and does not delay the others.
    pub fn say(&mut self, id: u32, line: &str) {
        let others = self.clients.iter().filter(|(other, _)| **other != id);
        for client in others.filter_map(|(_, client)| client.upgrade()) {
            let _ = client.show(format!("{id}: {line}")).try_cast();
        }
    }
}

/// Reads and writes the socket of one client. It lives until its socket is closed or the server stops.
#[derive(Debug)]
pub struct Client {
    id: u32,
    lines: Lines<BufReader<OwnedReadHalf>>,
    output: OwnedWriteHalf,
    room: RoomHandle,
}

#[actor(keep_alive)]
impl Client {
    #[on_start]
    async fn join(&mut self, context: &Context<Self>) {
        let _ = self.room.join(self.id, context.handle().clone()).await;
        let _ = self.output.write_all(format!("welcome, {}\n", self.id).as_bytes()).await;
    }

    #[on(self.lines.next_line())]
    async fn said(&mut self, line: io::Result<Option<String>>, context: &Context<Self>) {
        match line {
            Ok(Some(line)) => drop(self.room.say(self.id, line).cast().await),
            Ok(None) | Err(_) => context.stop(),
        }
    }

    /// Writes a line to the client.
    pub async fn show(&mut self, line: String, context: &Context<Self>) {
        if self.output.write_all(format!("{line}\n").as_bytes()).await.is_err() {
            context.stop();
        }
    }

    #[on_stop]
    async fn leave(&mut self) {
        let _ = self.output.write_all(b"goodbye\n").await;
        let _ = self.room.leave(self.id).cast_now();
    }
}

/// Accepts clients, which are its children.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    room: RoomHandle,
    next: u32,
}

#[actor(keep_alive)]
impl Server {
    #[on(self.listener.accept())]
    fn accepted(&mut self, accepted: io::Result<(TcpStream, SocketAddr)>, context: &Context<Self>) {
        let Ok((stream, _)) = accepted else { return };
        let (input, output) = stream.into_split();
        self.next += 1;
        let lines = BufReader::new(input).lines();
        let client = Client { id: self.next, lines, output, room: self.room.clone() };
        drop(context.children().spawn(client));
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;

    // Stopped in reverse order: the server first, then its children, the clients, and the room last.
    let scope = Scope::new();
    let room = scope.spawn(Room::default());
    drop(scope.spawn(Server { listener, room: room.clone(), next: 0 }));

    let mut anna = Guest::connect(address).await?;
    let mut ben = Guest::connect(address).await?;
    assert_eq!(anna.reads().await?, "welcome, 1");
    assert_eq!(ben.reads().await?, "welcome, 2");
    ben.output.write_all(b"hello\n").await?;
    assert_eq!(anna.reads().await?, "2: hello");

    for exit in scope.shutdown().await {
        println!("{exit}");
    }
    assert_eq!(anna.reads().await?, "goodbye");
    assert_eq!(ben.reads().await?, "goodbye");
    drop(room);
    Ok(())
}

/// The other end of a client's socket.
struct Guest {
    lines: Lines<BufReader<OwnedReadHalf>>,
    output: OwnedWriteHalf,
}

impl Guest {
    async fn connect(address: SocketAddr) -> io::Result<Self> {
        let (input, output) = TcpStream::connect(address).await?.into_split();
        Ok(Self { lines: BufReader::new(input).lines(), output })
    }

    async fn reads(&mut self) -> io::Result<String> {
        Ok(self.lines.next_line().await?.unwrap_or_default())
    }
}
