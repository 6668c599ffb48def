//! The runtime flavors that rows are measured on.

use tokio::runtime::{Builder, Runtime};

/// A kind of tokio runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// One thread. Figures repeat within a few percent.
    CurrentThread,
    /// Two workers. Figures include parking and work stealing, and vary more.
    TwoWorkers,
}

impl Flavor {
    /// Both flavors.
    pub const ALL: [Self; 2] = [Self::CurrentThread, Self::TwoWorkers];

    /// Returns the name used in the report and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CurrentThread => "current_thread",
            Self::TwoWorkers => "two_workers",
        }
    }

    /// Returns the flavor with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flavor| flavor.name() == name)
    }

    /// Creates a runtime of this flavor.
    ///
    /// # Panics
    ///
    /// Panics if the runtime cannot be created.
    #[must_use]
    pub fn runtime(self) -> Runtime {
        let mut builder = match self {
            Self::CurrentThread => Builder::new_current_thread(),
            Self::TwoWorkers => Builder::new_multi_thread(),
        };
        if self == Self::TwoWorkers {
            builder.worker_threads(2);
        }
        builder.build().expect("the runtime can be created")
    }
}
