//! Timers beside a mailbox that is never empty fire on time.

use std::{pin::Pin, time::Duration};

use actor_runtime::{ActorHandle, actor, spawn};
use tokio::time::{self, Instant, Interval, Sleep, sleep_until};

use crate::support::Log;

const SECOND: Duration = Duration::from_secs(1);

struct Clock {
    begun: Instant,
    ticks: Interval,
    deadline: Option<Instant>,
    timer: Pin<Box<Sleep>>,
    log: Log,
}

impl Clock {
    fn new(log: &Log) -> Self {
        let begun = Instant::now();
        Self {
            begun,
            ticks: time::interval_at(begun + SECOND, SECOND),
            deadline: Some(begun + 3 * SECOND / 2),
            timer: Box::pin(time::sleep(SECOND / 4)),
            log: log.clone(),
        }
    }

    fn note(&self, what: &str) {
        self.log.add(format!("{what} at {:?}", self.begun.elapsed()));
    }
}

#[actor]
impl Clock {
    #[on(self.ticks.tick())]
    fn tick(&mut self, _: Instant) {
        self.note("tick");
    }

    #[on(sleep_until(self.deadline.unwrap_or(self.begun)), if self.deadline.is_some())]
    fn late(&mut self, (): ()) {
        self.deadline = None;
        self.note("late");
    }

    #[on(&mut self.timer)]
    fn timer(&mut self, (): ()) {
        let next = self.timer.deadline() + 3 * SECOND / 4;
        self.timer.as_mut().reset(next);
        self.note("timer");
    }

    /// A message.
    pub(crate) fn message(&mut self) {}
}

#[tokio::test(start_paused = true)]
async fn timers_fire_on_time_while_messages_come_faster() {
    let log = Log::default();
    let clock = spawn(Clock::new(&log));
    for _ in 0..2100 {
        time::advance(Duration::from_millis(1)).await;
        clock.message().await.unwrap();
    }
    assert_eq!(
        log.take(),
        [
            "timer at 250ms",
            "tick at 1s",
            "timer at 1s",
            "late at 1.5s",
            "timer at 1.75s",
            "tick at 2s",
        ]
    );
    clock.shutdown().await;
}
