// Caret: all of `socket.peek_from(&mut [0])`. Says: not known, as another method is declared.
use actor_runtime::select;
use tokio::net::UdpSocket;

actor_runtime::cancel_safe_methods! {
    UdpSocket: peek_sender;
}

async fn run(socket: UdpSocket) {
    select! {
        _ = socket.peek_from(&mut [0]) => {}
        _ = socket.peek_sender() => {}
    }
}

fn main() {}
