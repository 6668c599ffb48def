// Caret: each call of `both` and of `put`. Says: it drops its argument, of type `String`, and what to write.
use std::time::Duration;

use actor_runtime::{actor, select};
use tokio::time::{sleep, timeout};

struct Sink;

#[actor]
impl Sink {
    #[cancel_safe(trusted = "a test")]
    pub fn put(&mut self, item: String) {
        drop(item);
    }

    #[cancel_safe]
    pub fn both(&self, number: u32, item: String) -> bool {
        item.len() == number as usize
    }
}

async fn direct(sink: SinkHandle, item: String) {
    select! {
        r = sink.put(item) => drop(r),
        () = sleep(Duration::from_secs(1)) => {}
    }
}

async fn second_argument(sink: SinkHandle, item: String) {
    select! {
        r = sink.both(5, item) => drop(r),
        () = sleep(Duration::from_secs(1)) => {}
    }
}

async fn by_value(sink: SinkHandle, item: String) {
    let call = sink.both(5, item);
    select! {
        r = call => drop(r),
        () = sleep(Duration::from_secs(1)) => {}
    }
}

async fn in_other_words(sink: SinkHandle, item: String) {
    select! {
        r = sink.put(item.clone()).timeout(Duration::from_secs(1)) => drop(r),
        r = sink.put(item.clone()).sent() => drop(r),
        r = timeout(Duration::from_secs(1), sink.put(item)) => drop(r),
        () = sleep(Duration::from_secs(1)) => {}
    }
}

fn main() {}
