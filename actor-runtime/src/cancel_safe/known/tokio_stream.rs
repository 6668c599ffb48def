//! tokio-stream. `next` and `try_next` of any stream: see `futures.rs`.

use super::methods;

methods! {
    "tokio-stream/0.1.19/tokio_stream/struct.StreamMap.html"
        [K: Clone + Unpin, V: futures_core::Stream + Unpin]
        tokio_stream::StreamMap<K, V>: next_many;
}
