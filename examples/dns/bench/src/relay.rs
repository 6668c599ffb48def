//! A relay between clients and a server that loses some of the datagrams.

use std::{net::SocketAddr, sync::Arc};

use tokio::net::UdpSocket;

/// Relays datagrams until the process ends. `loss` is a percentage, of both directions.
pub(crate) async fn run(to: SocketAddr, loss: f64) {
    let front = Arc::new(UdpSocket::bind("127.0.0.1:0").await.expect("a free port"));
    println!("listening on {}", front.local_addr().expect("it is bound"));
    let is_lost = move || fastrand::f64() * 100.0 < loss;
    let mut clients: Vec<(SocketAddr, Arc<UdpSocket>)> = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let Ok((length, from)) = front.recv_from(&mut buffer).await else { continue };
        let known =
            clients.iter().find(|(client, _)| *client == from).map(|(_, back)| back.clone());
        let back = match known {
            Some(back) => back,
            None => {
                let back = Arc::new(UdpSocket::bind("127.0.0.1:0").await.expect("a free port"));
                back.connect(to).await.expect("loopback can be reached");
                clients.push((from, back.clone()));
                let (back, front) = (back.clone(), front.clone());
                tokio::spawn(async move {
                    let mut buffer = [0; 4096];
                    loop {
                        let Ok(length) = back.recv(&mut buffer).await else { continue };
                        if !is_lost() {
                            let _ = front.send_to(&buffer[..length], from).await;
                        }
                    }
                });
                clients.last().expect("it was pushed").1.clone()
            }
        };
        if !is_lost() {
            let _ = back.send(&buffer[..length]).await;
        }
    }
}
