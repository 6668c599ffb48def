// Caret: the parenthesis. Says: names of methods only.
actor_runtime::cancel_safe_methods! {
    tokio::net::UdpSocket: peek_sender();
}

fn main() {}
