//! What may be a source, and what its handler may look like.
#![deny(warnings, missing_docs)]

use std::{collections::VecDeque, pin::Pin};

use actor_runtime::{Context, actor, cancel_safe};
use tokio::{
    sync::{broadcast, mpsc, oneshot},
    task::JoinSet,
    time::{Instant, Interval, Sleep, sleep_until},
};

/// Waits for many things.
pub struct Many<T> {
    queue: mpsc::Receiver<T>,
    list: VecDeque<T>,
    news: broadcast::Receiver<u32>,
    once: Option<oneshot::Receiver<u32>>,
    ticks: Interval,
    timer: Pin<Box<Sleep>>,
    deadline: Option<Instant>,
    jobs: JoinSet<()>,
    numbers: Numbers<3>,
}

/// A source of its own.
pub struct Numbers<const N: usize>(mpsc::Receiver<[u32; N]>);

impl<const N: usize> Numbers<N> {
    /// The next ones.
    #[cancel_safe]
    async fn next_ones(&mut self) -> Option<[u32; N]> {
        self.0.recv().await
    }
}

#[actor(crate = ::actor_runtime, mailbox = 1)]
impl<T: Clone + Send + 'static> Many<T>
where
    T: PartialEq,
{
    const LIMIT: usize = 3;

    /// A message.
    pub async fn put(&mut self, item: T) {
        self.list.push_back(item);
    }

    #[on(self.queue.recv(), if self.list.len() < Self::LIMIT)]
    fn item(&mut self, item: T) {
        self.list.push_back(item);
    }

    #[on(&mut self.news)]
    async fn news(
        &mut self,
        context: &Context<Self>,
        r#news: Result<u32, broadcast::error::RecvError>,
    ) {
        if r#news.is_err() {
            context.stop();
        }
    }

    #[on(self.once.as_mut().unwrap(), if self.once.is_some())]
    fn once(&mut self, (Ok(_) | Err(_)): Result<u32, oneshot::error::RecvError>) {
        self.once = None;
    }

    #[on(self.ticks.tick(),)]
    fn tick(&self, _: Instant) {}

    #[on(&mut self.timer, if !self.timer.is_elapsed())]
    fn timer(&mut self, (): ()) {}

    #[on(sleep_until(self.deadline.unwrap_or_else(|| self.ticks_from())), if self.deadline.is_some())]
    #[cfg(any())]
    fn never(&mut self, (): ()) {}

    #[on(self.nothing.at_all())]
    #[cfg(any())]
    fn nothing(&mut self, _: Nothing) {}

    #[on(sleep_until(self.deadline.expect("it is there")), if self.deadline.is_some())]
    #[cfg(not(doc))]
    fn late(&mut self, (): ()) {
        self.deadline = None;
    }

    #[on(self.jobs.join_next(), if !self.jobs.is_empty())]
    fn done(&mut self, incoming: Result<(), tokio::task::JoinError>) {
        drop(incoming);
    }

    #[on(self.numbers.next_ones())]
    fn numbers(&mut self, mut numbers: [u32; 3]) {
        numbers.sort_unstable();
    }
}

/// Made by a macro.
pub struct Made(mpsc::Receiver<u32>);

macro_rules! made {
    ($source:expr, $name:ident) => {
        #[actor]
        impl Made {
            #[on(self.0.recv(), if $source)]
            fn $name(&mut self, _: u32) {
                let _ = &self.0;
            }
        }
    };
}

made!(true, event);

/// Of one thread.
pub struct Local(std::rc::Rc<u32>, mpsc::UnboundedReceiver<std::rc::Rc<u32>>);

#[actor(local, first = sources)]
impl Local {
    #[on(self.1.recv())]
    async fn event(&mut self, event: Option<std::rc::Rc<u32>>) {
        self.0 = event.unwrap_or_default();
    }

    #[on(std::future::pending::<()>())]
    fn never(&mut self, _: ()) {}
}

fn main() {}
