//! The macro under other names, and through another crate's re-export.

mod facade {
    pub use actor_runtime as actors;
    pub use actor_runtime::select as first_of;
}

use std::future::ready;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    use facade::first_of;
    let one = first_of! { x = ready(1) => x };
    let two = facade::actors::select! { x = ready(2) => x };
    let three = facade::actors::select!(x = ready(3) => x);
    assert_eq!((one, two, three), (1, 2, 3));
}
