// Caret: the second macro. Says: it stands at the root of the crate.
actor_runtime::cancel_safe_methods! {
    tokio::net::UdpSocket: peek_sender;
}

mod sockets {
    actor_runtime::cancel_safe_methods! {
        tokio::net::UdpSocket: peek_from;
    }
}

fn main() {}
