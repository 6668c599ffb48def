//! A plain `select!` in a marked body becomes the checked one.

use actor_runtime::cancel_safe;
use std::time::Duration;
use tokio::{
    sync::mpsc,
    time::{Interval, interval, sleep},
};

struct Job {
    rx: mpsc::Receiver<u32>,
    ticks: Interval,
    got: Vec<u32>,
}

impl Job {
    #[cancel_safe]
    async fn event<'a>(&mut self, tag: &'a str) -> (&'a str, Option<u32>) {
        tokio::select! {
            biased;
            item = self.rx.recv() => (tag, item),
            _ = self.ticks.tick(), if self.got.len() > 9 => (tag, Some(0)),
            () = sleep(Duration::from_secs(3)) => (tag, None),
        }
    }

    #[cancel_safe]
    async fn three(&mut self) -> Vec<u32> {
        while self.got.len() < 3 {
            let item = self.rx.recv().await;
            self.got.extend(item);
        }
        self.got.drain(..3).collect()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (tx, rx) = mpsc::channel(9);
    for number in 0..4 {
        tx.send(number).await.unwrap();
    }
    let mut job = Job { rx, ticks: interval(Duration::from_secs(1)), got: Vec::new() };
    assert_eq!(job.event("tag").await, ("tag", Some(0)));
    assert_eq!(job.three().await, [1, 2, 3]);
}
