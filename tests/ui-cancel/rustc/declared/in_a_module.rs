// Caret: the macro. Says: it stands at the root of the crate.
mod sockets {
    actor_runtime::cancel_safe_methods! {
        tokio::net::UdpSocket: peek_sender;
    }
}

fn main() {}
