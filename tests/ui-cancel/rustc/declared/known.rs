// Caret: each method. Says: it is known already.
use tokio::{net::UdpSocket, sync::{Mutex, mpsc}};

actor_runtime::cancel_safe_methods! {
    UdpSocket: recv_from;
    <T> mpsc::Receiver<T>: recv;
    <T> Mutex<T>: lock;
}

fn main() {}
