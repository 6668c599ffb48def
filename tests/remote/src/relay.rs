//! A relay between a client and a server that delays, stalls and cuts connections.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinSet,
    time::sleep,
};

/// A relay. Its connections end when it is dropped.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    state: Arc<State>,
    _tasks: JoinSet<()>,
}

#[derive(Debug, Default)]
struct State {
    is_calm: AtomicBool,
    cuts: AtomicUsize,
    stalls: AtomicUsize,
}

/// What happens to some bytes.
enum Fate {
    Pass,
    Delay(Duration),
    /// A part of them passes, and then the connection is cut.
    Cut(usize),
}

impl Relay {
    /// Relays connections to a server on this port, with faults that depend on `seed`.
    ///
    /// # Errors
    ///
    /// Returns the error if there is no port.
    pub async fn start(server: u16, seed: u64) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, state) = (listener.local_addr()?, Arc::<State>::default());
        let mut tasks = JoinSet::new();
        let mut random = fastrand::Rng::with_seed(seed);
        let shared = state.clone();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else { continue };
                connections.spawn(connection(client, server, random.fork(), shared.clone()));
            }
        });
        Ok(Self { address, state, _tasks: tasks })
    }

    /// The address, for `connect`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// From now on everything passes, or no more.
    pub fn set_calm(&self, is_calm: bool) {
        self.state.is_calm.store(is_calm, Ordering::Relaxed);
    }

    /// How many connections were cut.
    #[must_use]
    pub fn cuts(&self) -> usize {
        self.state.cuts.load(Ordering::Relaxed)
    }

    /// How often bytes were held back.
    #[must_use]
    pub fn stalls(&self) -> usize {
        self.state.stalls.load(Ordering::Relaxed)
    }
}

/// Ends both directions when one of them ends.
async fn connection(
    client: TcpStream,
    server: TcpStream,
    mut random: fastrand::Rng,
    state: Arc<State>,
) {
    let ((from_client, to_client), (from_server, to_server)) =
        (client.into_split(), server.into_split());
    let other = random.fork();
    tokio::select! {
        () = pump(from_client, to_server, random, &state) => {}
        () = pump(from_server, to_client, other, &state) => {}
    }
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut random: fastrand::Rng,
    state: &State,
) {
    let mut buffer = vec![0; 4096];
    while let Ok(bytes @ 1..) = from.read(&mut buffer).await {
        let fate = match state.is_calm.load(Ordering::Relaxed) {
            true => Fate::Pass,
            false => fate(&mut random, bytes),
        };
        let passes = match fate {
            Fate::Pass => bytes,
            Fate::Delay(time) => {
                state.stalls.fetch_add(1, Ordering::Relaxed);
                sleep(time).await;
                bytes
            }
            Fate::Cut(passes) => {
                state.cuts.fetch_add(1, Ordering::Relaxed);
                let _ = to.write_all(&buffer[..passes]).await;
                return;
            }
        };
        if to.write_all(&buffer[..passes]).await.is_err() {
            return;
        }
    }
}

fn fate(random: &mut fastrand::Rng, bytes: usize) -> Fate {
    match random.u32(0..1000) {
        0..4 => Fate::Cut(random.usize(0..bytes)),
        4..8 => Fate::Delay(Duration::from_millis(random.u64(300..3000))),
        8..100 => Fate::Delay(Duration::from_millis(random.u64(1..30))),
        _ => Fate::Pass,
    }
}
