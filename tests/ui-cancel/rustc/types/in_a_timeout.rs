// Caret: `refresh(1)`. Says: not known to be cancel safe, and the three ways out.
use std::time::Duration;

use actor_runtime::cancel_safe::timeout;

async fn refresh(n: u8) -> u8 {
    n
}

async fn run() {
    let _ = timeout(Duration::from_secs(1), refresh(1)).await;
}

fn main() {}
