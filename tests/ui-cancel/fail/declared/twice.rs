// Caret: the second name. Says: it is declared twice.
actor_runtime::cancel_safe_methods! {
    tokio::net::UdpSocket: peek_sender, peek_sender;
}

fn main() {}
