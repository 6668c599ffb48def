// Caret: all of `port.peek_sender()`. Says: not known, as the method of another type is declared.
use actor_runtime::cancel_safe;
use tokio::net::UdpSocket;

actor_runtime::cancel_safe_methods! {
    UdpSocket: peek_sender;
}

struct Port(UdpSocket);

impl Port {
    async fn peek_sender(&self) {}
}

#[cancel_safe]
async fn run(port: &Port) {
    port.peek_sender().await
}

fn main() {}
