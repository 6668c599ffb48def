//! Code for `docs/clippy.toml`. `tests/clippy.sh` runs clippy with it on this file: it must find the lines
//! that end in `// found`, and no others.

use std::{future::ready, time::Duration};

use actor_runtime::{cancel_safe::timeout, checked_select, select as first_of};
use futures::FutureExt as _;
use tokio::select as renamed;

#[tokio::test]
async fn plain() {
    tokio::select! { _ = ready(()) => {} } // found
    renamed! { _ = ready(()) => {} } // found
    {
        use tokio::select;
        select! { _ = ready(()) => {} } // found
    }
    let _ = tokio::try_join!(async { Ok::<_, ()>(1) }); // found
    let _ = tokio::time::timeout(Duration::ZERO, ready(())).await; // found
    let _ = ready(()).now_or_never(); // found
    let task = tokio::spawn(ready(()));
    task.abort(); // found
}

#[tokio::test]
async fn checked() {
    actor_runtime::select! { _ = ready(()) => {} }
    first_of! { _ = ready(()) => {} }
    let _ = timeout(Duration::ZERO, ready(())).await;
    let _ = tokio::join!(ready(1), ready(2));
}

#[checked_select]
mod rewritten {
    use std::future::ready;

    use tokio::select;

    #[tokio::test]
    async fn plain() {
        tokio::select! { _ = ready(()) => {} }
        select! { _ = ready(()) => {} }
    }
}
