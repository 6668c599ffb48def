// The call of `join_next`; the features `tokio-util` and `join-map`.

use tokio_util::task::JoinMap;

#[actor_runtime::cancel_safe]
async fn next(tasks: &mut JoinMap<u32, u32>) -> u32 {
    match tasks.join_next().await {
        Some((key, _)) => key,
        None => 0,
    }
}

fn main() {
    let _ = next(&mut JoinMap::new());
}
