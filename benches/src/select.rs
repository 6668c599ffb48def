//! The checked `select!` compared with tokio's: the same loops, expanded by both macros.
//!
//! Each iteration takes the value of one channel and puts it back, so that the channel is ready again.

use std::future::Future;

use tokio::sync::mpsc;

use crate::{clock::CpuTimer, flavor::Flavor};

/// The number of iterations in a round.
pub const LOOPS: u64 = 64_000;

/// A loop around a `select!`, written with both macros.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The name in the report and on the command line.
    pub name: &'static str,
    checked: fn(u64) -> f64,
    tokio: fn(u64) -> f64,
}

impl Case {
    /// Returns the case with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        CASES.iter().find(|case| case.name == name)
    }

    /// Returns the CPU time per iteration with `actor_runtime::select!`, in nanoseconds.
    #[must_use]
    pub fn checked(&self, loops: u64) -> f64 {
        (self.checked)(loops)
    }

    /// Returns the CPU time per iteration with `tokio::select!`, in nanoseconds.
    #[must_use]
    pub fn tokio(&self, loops: u64) -> f64 {
        (self.tokio)(loops)
    }
}

/// A channel that holds at most one value.
struct Slot {
    sender: mpsc::Sender<u64>,
    receiver: mpsc::Receiver<u64>,
}

impl Slot {
    fn empty() -> Self {
        let (sender, receiver) = mpsc::channel(1);
        Self { sender, receiver }
    }

    fn full() -> Self {
        let slot = Self::empty();
        slot.put(Some(1));
        slot
    }

    /// Puts the value back and returns it.
    fn put(&self, taken: Option<u64>) -> u64 {
        let value = taken.expect("the sender exists");
        self.sender.try_send(value).expect("it was just taken");
        value
    }
}

/// Defines the loops with the `select!` of one crate. Each returns the number of values taken.
macro_rules! loops {
    ($module:ident, $krate:ident) => {
        mod $module {
            use std::hint::black_box;

            use super::Slot;

            pub(super) async fn two_ready(loops: u64) -> u64 {
                let (mut left, mut right, mut sum) = (Slot::full(), Slot::full(), 0);
                for _ in 0..loops {
                    $krate::select! {
                        value = left.receiver.recv() => sum += left.put(value),
                        value = right.receiver.recv() => sum += right.put(value),
                    }
                }
                sum
            }

            pub(super) async fn two_ready_biased(loops: u64) -> u64 {
                let (mut left, mut right, mut sum) = (Slot::full(), Slot::full(), 0);
                for _ in 0..loops {
                    $krate::select! {
                        biased;
                        value = left.receiver.recv() => sum += left.put(value),
                        value = right.receiver.recv() => sum += right.put(value),
                    }
                }
                sum
            }

            pub(super) async fn one_pending(loops: u64) -> u64 {
                let (mut left, mut right, mut sum) = (Slot::empty(), Slot::full(), 0);
                for _ in 0..loops {
                    $krate::select! {
                        value = left.receiver.recv() => sum += left.put(value),
                        value = right.receiver.recv() => sum += right.put(value),
                    }
                }
                sum
            }

            pub(super) async fn one_pending_biased(loops: u64) -> u64 {
                let (mut left, mut right, mut sum) = (Slot::empty(), Slot::full(), 0);
                for _ in 0..loops {
                    $krate::select! {
                        biased;
                        value = left.receiver.recv() => sum += left.put(value),
                        value = right.receiver.recv() => sum += right.put(value),
                    }
                }
                sum
            }

            pub(super) async fn preconditions(loops: u64) -> u64 {
                let (mut left, mut right, mut sum) = (Slot::full(), Slot::full(), 0);
                for round in 0..loops {
                    let is_odd = black_box(round) % 2 == 1;
                    $krate::select! {
                        value = left.receiver.recv(), if is_odd => sum += left.put(value),
                        value = right.receiver.recv(), if !is_odd => sum += right.put(value),
                    }
                }
                sum
            }

            pub(super) async fn otherwise(loops: u64) -> u64 {
                let (mut left, mut right, mut sum) = (Slot::full(), Slot::full(), 0);
                let is_open = black_box(false);
                for _ in 0..loops {
                    $krate::select! {
                        value = left.receiver.recv(), if is_open => sum += left.put(value) + 1,
                        value = right.receiver.recv(), if is_open => sum += right.put(value) + 1,
                        else => sum += 1,
                    }
                }
                sum
            }
        }
    };
}

loops!(checked, actor_runtime);
loops!(unchecked, tokio);

/// Runs a loop in a task and measures it.
fn timed<F>(run: fn(u64) -> F, loops: u64) -> f64
where
    F: Future<Output = u64> + Send + 'static,
{
    let task = async move {
        let timer = CpuTimer::start();
        let sum = run(loops).await;
        let taken = timer.per_operation(loops);
        assert_eq!(sum, loops, "each iteration takes one branch");
        taken
    };
    let runtime = Flavor::CurrentThread.runtime();
    runtime.block_on(async { tokio::spawn(task).await }).expect("the task does not panic")
}

/// Defines a case from both modules.
macro_rules! case {
    ($name:literal, $function:ident) => {
        Case {
            name: $name,
            checked: |loops| timed(checked::$function, loops),
            tokio: |loops| timed(unchecked::$function, loops),
        }
    };
}

/// All cases.
pub const CASES: &[Case] = &[
    case!("two-ready", two_ready),
    case!("two-ready-biased", two_ready_biased),
    case!("one-pending", one_pending),
    case!("one-pending-biased", one_pending_biased),
    case!("preconditions", preconditions),
    case!("else", otherwise),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_macros_take_one_branch_per_iteration() {
        for case in CASES {
            assert!(case.checked(1000) > 0.0);
            assert!(case.tokio(1000) > 0.0);
            assert!(Case::named(case.name).is_some());
        }
    }
}
