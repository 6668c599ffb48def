//! A method call on a counter that is not shared: the cost of the operation itself.

use std::hint::black_box;

use crate::{clock::CpuTimer, counter::Counter, flavor::Flavor, workload::Row};

/// The note for readers of the report.
pub const NOTE: &str = "the work itself, on a counter that is not shared";

/// Rejects every row except plain calls, because the counter has one owner.
#[must_use]
pub fn cannot(row: Row) -> Option<&'static str> {
    (row != Row::Call).then_some("it belongs to one task")
}

/// Measures the CPU time per call, in nanoseconds.
///
/// # Panics
///
/// Panics if a call was optimized away.
#[must_use]
pub fn time(_row: Row, flavor: Flavor, _capacity: usize, operations: u64) -> f64 {
    let task = async move {
        let mut counter = Counter::default();
        let timer = CpuTimer::start();
        for _ in 0..operations {
            black_box(black_box(&mut counter).add(black_box(1)));
        }
        let taken = timer.per_operation(operations);
        assert_eq!(counter.add(0), operations, "calls were lost");
        taken
    };
    flavor.runtime().block_on(async { tokio::spawn(task).await }).expect("the task does not panic")
}
