// The call of `next_many`; the feature `tokio-stream`.

use tokio_stream::{Empty, StreamMap};

#[actor_runtime::cancel_safe]
async fn next(streams: &mut StreamMap<u32, Empty<u32>>, all: &mut Vec<(u32, u32)>) -> usize {
    streams.next_many(all, 8).await
}

fn main() {
    let _ = next(&mut StreamMap::new(), &mut Vec::new());
}
