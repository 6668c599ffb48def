//! What a restart costs and what it loses.
//!
//! - `restarts` prints the CPU time from a panic to the next answer, with and without a restart between them, that
//!   of starting an actor and calling it once, and how many of 1,000 queued messages are handled if one panics.
//! - `restarts one spawn|restart|continue COUNT` does one of the three, for `instructions.sh`.
//!
//! Nearly all of the first time is the panic itself: unwinding the stack. What a restart adds is the difference
//! to an actor that continues after the panic.
//!
//! The handlers panic without a message on the terminal, whose cost depends on the terminal.

use std::{env, panic, process::ExitCode, time::Duration};

use actor_benchmarks::clock::CpuTimer;
use actor_runtime::{Builder, Capacity, OnPanic, Restarts, actor, spawn};

/// The operations of a round.
const OPERATIONS: u64 = 2_000;

/// The rounds, of which the fastest of each kind counts: whatever else the machine does makes them slower.
const ROUNDS: usize = 25;

/// The number of queued messages, the one in the middle of which panics.
const MESSAGES: u64 = 1_000;

/// An actor without a state.
struct Empty;

#[actor(inline = false)]
impl Empty {
    /// Answers.
    pub(crate) fn answer(&self) -> u64 {
        1
    }

    /// Panics.
    pub(crate) fn fail(&self) -> u64 {
        fail()
    }

    /// Panics if `number` is in the middle.
    pub(crate) fn take(&self, number: u64, count: fn()) {
        if number == MESSAGES / 2 {
            fail();
        }
        count();
    }
}

fn fail() -> ! {
    panic::resume_unwind(Box::new("on purpose"))
}

fn any_number() -> Restarts {
    Restarts::at_once(usize::MAX, Duration::MAX)
}

async fn spawn_and_call(times: u64) {
    for _ in 0..times {
        let empty = spawn(Empty);
        assert_eq!(empty.answer().await, Ok(1));
    }
}

async fn panic_and_restart(times: u64) {
    panic_and_call(Builder::new().restart(any_number()).spawn_with(|_| Empty), times).await;
}

async fn panic_and_continue(times: u64) {
    panic_and_call(Builder::new().on_panic(OnPanic::Continue).spawn(Empty), times).await;
}

async fn panic_and_call(empty: EmptyHandle, times: u64) {
    for _ in 0..times {
        assert!(empty.fail().await.is_err());
        assert_eq!(empty.answer().await, Ok(1));
    }
}

/// Counts the messages that were handled.
mod handled {
    use std::sync::atomic::{AtomicU64, Ordering};

    static COUNT: AtomicU64 = AtomicU64::new(0);

    pub(crate) fn count() {
        COUNT.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn take() -> u64 {
        COUNT.swap(0, Ordering::Relaxed)
    }
}

/// When the messages are sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Queued {
    BeforeStart,
    AfterStart,
}

/// Returns how many of the queued messages are handled.
async fn handled_over_a_panic(queued: Queued) -> u64 {
    let builder = Builder::new().mailbox(Capacity::UNBOUNDED);
    let empty = builder.restart(any_number()).spawn_with(|_| Empty);
    if queued == Queued::AfterStart {
        assert_eq!(empty.answer().await, Ok(1));
    }
    for number in 0..MESSAGES {
        empty.take(number, handled::count).cast_now().expect("the actor is restarted");
    }
    assert_eq!(empty.answer().await, Ok(1));
    handled::take()
}

/// The same actor with kameo, which restarts the children of a supervisor.
#[cfg(feature = "peers")]
mod with_kameo {
    use std::time::Duration;

    use kameo::{
        Actor,
        actor::{ActorRef, Spawn},
        mailbox,
        message::{Context, Message},
    };

    use super::{MESSAGES, Queued, fail, handled};

    #[derive(Actor)]
    struct Supervisor;

    #[derive(Actor, Clone)]
    struct Empty;

    struct Take(u64);

    struct Answer;

    impl Message<Take> for Empty {
        type Reply = ();

        async fn handle(&mut self, Take(number): Take, _: &mut Context<Self, ()>) {
            if number == MESSAGES / 2 {
                fail();
            }
            handled::count();
        }
    }

    impl Message<Answer> for Empty {
        type Reply = u64;

        async fn handle(&mut self, Answer: Answer, _: &mut Context<Self, u64>) -> u64 {
            1
        }
    }

    pub(crate) async fn handled_over_a_panic(queued: Queued) -> u64 {
        let supervisor = Supervisor::spawn(Supervisor);
        let builder =
            Empty::supervise(&supervisor, Empty).restart_limit(5, Duration::from_secs(60));
        let empty: ActorRef<Empty> = builder.spawn_with_mailbox(mailbox::unbounded()).await;
        if queued == Queued::AfterStart {
            empty.ask(Answer).await.expect("the actor has started");
        }
        for number in 0..MESSAGES {
            empty.tell(Take(number)).await.expect("the actor is restarted");
        }
        // There is no `restarted()` to wait for: an `ask` may fail until the actor is back.
        while empty.ask(Answer).await.is_err() {
            tokio::task::yield_now().await;
        }
        handled::take()
    }
}

async fn compare() {
    let mut fastest = [f64::MAX; 3];
    for _ in 0..ROUNDS {
        let timer = CpuTimer::start();
        spawn_and_call(OPERATIONS).await;
        fastest[0] = fastest[0].min(timer.per_operation(OPERATIONS));
        let timer = CpuTimer::start();
        panic_and_restart(OPERATIONS).await;
        fastest[1] = fastest[1].min(timer.per_operation(OPERATIONS));
        let timer = CpuTimer::start();
        panic_and_continue(OPERATIONS).await;
        fastest[2] = fastest[2].min(timer.per_operation(OPERATIONS));
    }
    let [spawned, restarted, continued] = fastest;
    println!("spawn and call: {spawned:.0} ns");
    println!("panic, restart and call: {restarted:.0} ns, ratio {:.2}", restarted / spawned);
    println!(
        "panic and call: {continued:.0} ns, so the restart takes {:.0} ns",
        restarted - continued
    );
    println!("handled of {MESSAGES} messages, one of which panics:");
    for (queued, when) in [(Queued::BeforeStart, "before"), (Queued::AfterStart, "after")] {
        println!("  {}, sent {when} the actor has started", handled_over_a_panic(queued).await);
        #[cfg(feature = "peers")]
        println!("  {}, with kameo", with_kameo::handled_over_a_panic(queued).await);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => compare().await,
        ["one", "spawn", count] => spawn_and_call(count.parse().expect("a number")).await,
        ["one", "restart", count] => panic_and_restart(count.parse().expect("a number")).await,
        ["one", "continue", count] => panic_and_continue(count.parse().expect("a number")).await,
        _ => {
            eprintln!("usage: restarts\n       restarts one spawn|restart|continue COUNT");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
