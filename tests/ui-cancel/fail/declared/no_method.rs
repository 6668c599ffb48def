// Caret: the type. Says: no method of it is declared.
actor_runtime::cancel_safe_methods! {
    tokio::net::UdpSocket: ;
}

fn main() {}
