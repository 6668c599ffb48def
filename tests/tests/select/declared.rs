//! Methods that `cancel_safe_methods!` declares at the root of this crate.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use actor_runtime::{Context, actor, cancel_safe, select};
use tokio::{
    net::UdpSocket,
    sync::{Mutex, broadcast, mpsc},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

async fn socket() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0").await.unwrap()
}

/// A socket that has received one packet, and the address of its sender.
async fn with_a_packet() -> (UdpSocket, SocketAddr) {
    let (receiver, sender) = (socket().await, socket().await);
    sender.send_to(b"ab", receiver.local_addr().unwrap()).await.unwrap();
    (receiver, sender.local_addr().unwrap())
}

#[tokio::test]
async fn a_declared_method_is_a_branch() {
    let (socket, sender) = with_a_packet().await;
    let idle = self::socket().await;
    let won = select! {
        address = socket.peek_sender() => address.unwrap(),
        address = idle.peek_sender() => address.unwrap(),
    };
    assert_eq!(won, sender);
}

#[tokio::test]
async fn a_declared_method_is_found_through_pointers_and_guards() {
    let (socket, sender) = with_a_packet().await;
    let shared = Arc::new(socket);
    let borrowed = &shared;
    let guarded = Mutex::new(Arc::clone(&shared));
    let guard = guarded.lock().await;
    for _ in 0..4 {
        let address = select! {
            address = shared.peek_sender() => address,
            address = borrowed.peek_sender() => address,
            address = guard.peek_sender() => address,
        };
        assert_eq!(address.unwrap(), sender);
    }
}

#[tokio::test]
async fn a_declared_method_of_a_generic_type_may_have_a_known_name() {
    let (sender, receiver) = broadcast::channel::<u8>(1);
    let token = CancellationToken::new();
    drop(receiver);
    select! {
        () = sender.closed() => {}
        () = token.cancelled() => panic!("the token is never cancelled"),
    }
}

struct Port {
    socket: UdpSocket,
}

impl Port {
    #[cancel_safe]
    async fn sender(&self) -> SocketAddr {
        self.socket.peek_sender().await.unwrap()
    }

    #[cancel_safe]
    async fn sender_in_time(&self) -> Option<SocketAddr> {
        timeout(Duration::from_secs(10), self.socket.peek_sender()).await.ok()?.ok()
    }
}

#[tokio::test]
async fn a_declared_method_is_awaited_in_a_marked_body() {
    let (socket, sender) = with_a_packet().await;
    let port = Port { socket };
    select! { address = port.sender() => assert_eq!(address, sender) }
    select! { address = port.sender_in_time() => assert_eq!(address, Some(sender)) }
}

struct Watch {
    socket: UdpSocket,
    seen: mpsc::Sender<SocketAddr>,
}

#[actor]
impl Watch {
    #[on(self.socket.peek_sender())]
    fn came(&mut self, address: std::io::Result<SocketAddr>, context: &Context<Self>) {
        self.seen.try_send(address.unwrap()).unwrap();
        context.stop();
    }
}

#[tokio::test]
async fn a_declared_method_is_a_source() {
    let (socket, sender) = with_a_packet().await;
    let (seen, mut addresses) = mpsc::channel(1);
    let handle = actor_runtime::spawn(Watch { socket, seen });
    assert_eq!(addresses.recv().await, Some(sender));
    drop(handle);
}
