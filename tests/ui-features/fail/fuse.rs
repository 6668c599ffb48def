// The branch of `fuse`; the feature `futures`.

use futures::FutureExt;
use tokio::time::Sleep;

async fn pause(pause: Sleep) {
    actor_runtime::select! {
        () = pause.fuse() => {}
    }
}

fn main() {
    let _ = pause(tokio::time::sleep(std::time::Duration::ZERO));
}
