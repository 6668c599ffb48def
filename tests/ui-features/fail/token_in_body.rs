// All of the wait; the feature `tokio-util`.

use tokio_util::sync::CancellationToken;

#[actor_runtime::cancel_safe]
async fn stopped(token: &CancellationToken) {
    token.cancelled().await;
}

fn main() {
    let _ = stopped(&CancellationToken::new());
}
