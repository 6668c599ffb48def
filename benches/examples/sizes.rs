//! sizes
use actor_benchmarks::contestants::actor::*;
use actor_runtime::{actor, pair};
struct Nothing;
#[actor]
impl Nothing {
    /// x
    pub fn nothing(&mut self) {}
}
fn main() {
    let (_h, f) = pair(Nothing);
    println!("nothing {}", size_of_val(&f));
    let (_h, f) = pair(Summing::default());
    println!("{}", size_of_val(&f));
    println!("msg {}", size_of::<SummingMessage>());
    println!("exit {}", size_of::<actor_runtime::Exit<Summing>>());
    println!("reason {}", size_of::<actor_runtime::ExitReason>());
    println!("callerror {}", size_of::<actor_runtime::CallError>());
}
