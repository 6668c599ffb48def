//! What most files that define or use actors need: `use actor_runtime::prelude::*;`.
//!
//! It has the macros, the ways to start an actor, and the types that handlers and their callers
//! name. Traits are included so that their methods can be called.
//!
//! ```
//! use actor_runtime::prelude::*;
//!
//! #[derive(Default)]
//! struct Counter { total: u64 }
//!
//! #[actor]
//! impl Counter {
//!     /// Adds `amount` and returns the new total.
//!     pub fn add(&mut self, amount: u64) -> u64 {
//!         self.total += amount;
//!         self.total
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), CallError> {
//! let counter = spawn(Counter::default());
//! assert_eq!(counter.add(2).await?, 2);
//! counter.shutdown().await;
//! # Ok(())
//! # }
//! ```

pub use crate::{
    ActorHandle, Answer, Answers, Builder, CallError, CallErrorKind, Capacity, Context, ExitReason,
    Replies, Reply, Scope, SendError, TrySendError, WeakHandle, pair, spawn, spawn_thread, start,
};
#[cfg(feature = "macros")]
pub use crate::{actor, cancel_safe, select};
