//! A server that is far away: a relay that passes on what it reads a millisecond later.

use std::{error::Error, io, time::Duration};

use bytes::{Bytes, BytesMut};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::mpsc,
    time::{Instant, sleep_until},
};

/// The way to the server and the way back each take this long. tokio's timers add up to a millisecond.
const DELAY: Duration = Duration::from_millis(1);

/// Begins to relay to the server of `url`, and returns the URL of the relay.
pub(crate) async fn relay(url: &str) -> Result<String, Box<dyn Error>> {
    let peer: tokio_postgres::Config = url.parse()?;
    let port = peer.get_ports().first().copied().unwrap_or(5432);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let far = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(connect(client, port));
        }
    });
    let user = peer.get_user().unwrap_or("postgres");
    Ok(format!("postgres://{user}@127.0.0.1:{far}/{}", peer.get_dbname().unwrap_or(user)))
}

async fn connect(client: TcpStream, port: u16) -> io::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", port)).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (client, server) = (client.into_split(), server.into_split());
    tokio::try_join!(pass(client.0, server.1), pass(server.0, client.1)).map(drop)
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> io::Result<()> {
    let (sender, mut receiver) = mpsc::unbounded_channel::<(Instant, Bytes)>();
    let read = async move {
        let mut buffer = BytesMut::new();
        while from.read_buf(&mut buffer).await? > 0 {
            let _ = sender.send((Instant::now() + DELAY, buffer.split().freeze()));
        }
        Ok(())
    };
    let write = async move {
        while let Some((due, bytes)) = receiver.recv().await {
            sleep_until(due).await;
            to.write_all(&bytes).await?;
        }
        to.shutdown().await
    };
    tokio::try_join!(read, write).map(drop)
}
