//! The runtimes everything is measured on.

use tokio::runtime::{Builder, Runtime};

/// A kind of tokio runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// Everything on one thread: the figures repeat within a few percent.
    CurrentThread,
    /// Two workers: the figures contain parking and stealing, so they scatter.
    TwoWorkers,
}

impl Flavor {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::CurrentThread, Self::TwoWorkers];

    /// As the report and the command line name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CurrentThread => "current_thread",
            Self::TwoWorkers => "two_workers",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flavor| flavor.name() == name)
    }

    /// A runtime of this kind.
    ///
    /// # Panics
    ///
    /// If the system gives no threads.
    #[must_use]
    pub fn runtime(self) -> Runtime {
        let mut builder = match self {
            Self::CurrentThread => Builder::new_current_thread(),
            Self::TwoWorkers => Builder::new_multi_thread(),
        };
        if self == Self::TwoWorkers {
            builder.worker_threads(2);
        }
        builder.build().expect("the system gives threads")
    }
}
