// The branch of the token; the feature `tokio-util`.

use tokio_util::sync::CancellationToken;

async fn stopped(token: CancellationToken) {
    actor_runtime::select! {
        () = token.cancelled() => {}
        () = tokio::time::sleep(std::time::Duration::from_secs(1)) => {}
    }
}

fn main() {
    let _ = stopped(CancellationToken::new());
}
