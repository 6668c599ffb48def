//! Debug builds report a call that is dropped after it was sent and before its result was read, once, with
//! the place of the call. Other drops are not reported.
//!
//! The reaction is that of the whole process, so these tests are a separate binary, and run one at a time.

#![cfg(debug_assertions)]

use std::{
    env,
    future::{pending, poll_fn, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    process::Command,
    task::Poll,
    time::Duration,
};

use actor_runtime::{ActorHandle, OnDroppedCall, actor, on_dropped_call, spawn};
use futures::FutureExt;
use tokio::sync::{Mutex, MutexGuard};

/// Holds money.
struct Bank {
    money: u64,
}

#[actor(mailbox = 1)]
#[expect(unreachable_pub, reason = "a handler is `pub`")]
impl Bank {
    /// Pays, and returns what is left.
    pub async fn pay(&mut self, amount: u64) -> u64 {
        tokio::task::yield_now().await;
        self.money -= amount;
        self.money
    }

    /// Never completes.
    pub async fn stuck(&self) {
        pending::<()>().await;
    }

    /// Returns the balance.
    #[cancel_safe]
    pub async fn money(&self) -> u64 {
        actor_runtime::cancel_safe::assume_cancel_safe(
            "yielding loses nothing",
            tokio::task::yield_now(),
        )
        .await;
        self.money
    }

    /// Calls another bank, and waits forever.
    pub async fn ask(&self, other: BankHandle) {
        let _ = other.stuck().await;
    }
}

/// Makes dropped calls panic, while no other test runs.
async fn strict() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::const_new(());
    let turn = TURN.lock().await;
    on_dropped_call(OnDroppedCall::Panic);
    turn
}

fn bank() -> BankHandle {
    spawn(Bank { money: 1_000_000 })
}

/// Waits until the bank is idle.
async fn idle(bank: &BankHandle) {
    while bank.stats().queued > 0 || bank.stats().running.is_some() {
        tokio::task::yield_now().await;
    }
}

/// The text of the panic of `future`, or of its drop.
async fn panic_of(future: impl Future) -> Option<String> {
    let run_and_drop = async move { drop(future.await) };
    let panic = AssertUnwindSafe(run_and_drop).catch_unwind().await.err()?;
    let text = panic.downcast::<String>().map(|text| *text);
    Some(text.unwrap_or_else(|panic| (*panic.downcast::<&str>().expect("a text")).to_owned()))
}

/// Polls `future` once.
async fn polled<F: Future + Unpin>(future: &mut F) {
    poll_fn(|cx| {
        let _ = Pin::new(&mut *future).poll(cx);
        Poll::Ready(())
    })
    .await;
}

#[tokio::test]
async fn a_sent_call_dropped_by_a_plain_select_is_reported_once() {
    let _strict = strict().await;
    let bank = bank();
    let mut reports = Vec::new();
    for _ in 0..100 {
        let select = async {
            tokio::select! {
                biased;
                left = bank.pay(1) => panic!("answered {left:?}"),
                () = ready(()) => {}
            }
        };
        reports.extend(panic_of(select).await);
        idle(&bank).await;
    }
    let line = line!() - 7;
    assert_eq!(reports.len(), 100);
    for report in reports {
        let place = format!("a call of `Bank::pay`, made at {}:{line}:", file!());
        assert!(report.starts_with(&place), "{report}");
        assert!(report.contains("`let mut answer = handle.pay(..).sent().await?`"), "{report}");
    }
}

#[tokio::test]
async fn every_kind_of_drop_is_reported() {
    let _strict = strict().await;
    let bank = bank();
    // A timeout of another crate.
    let occupied = self::bank();
    let late = tokio::time::timeout(Duration::from_millis(1), occupied.stuck());
    assert!(panic_of(late).await.is_some());
    // An answer that is not awaited.
    let answer = bank.pay(1).sent().await.unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| drop(answer))).is_err());
    idle(&bank).await;
    // An answer that has arrived, and is not read.
    let mut call = bank.pay(1);
    polled(&mut call).await;
    assert!(bank.pay(1).await.is_ok());
    assert!(catch_unwind(AssertUnwindSafe(|| drop(call))).is_err());
    // A task that is aborted.
    let task = tokio::spawn({
        let bank = bank.clone();
        async move { bank.stuck().await }
    });
    tokio::task::yield_now().await;
    task.abort();
    assert!(task.await.unwrap_err().is_panic());
}

#[tokio::test]
async fn drops_that_lose_nothing_are_not_reported() {
    let _strict = strict().await;
    let bank = bank();
    // Never polled.
    drop(bank.pay(1));
    // Marked.
    let mut call = bank.money();
    polled(&mut call).await;
    drop(call);
    drop(bank.money().sent().await.unwrap());
    // Ended by its own timeout.
    let (occupied, stuck) = (self::bank(), Duration::from_millis(1));
    assert!(occupied.stuck().timeout(stuck).await.is_err());
    assert!(occupied.pay(1).sent().await.unwrap().timeout(stuck).await.is_err());
    // Waiting for room.
    let mut call = occupied.pay(1);
    polled(&mut call).await;
    drop(call);
    // Answered, refused, and with an actor that is gone.
    assert!(bank.pay(1).await.is_ok());
    let mut last = bank.pay(1);
    polled(&mut last).await;
    bank.abort();
    bank.exited().await;
    drop(last);
    // Not accepted.
    let mut refused = bank.pay(1);
    polled(&mut refused).await;
    drop(refused);
    drop(bank.pay(1).sent().await.unwrap_err());
}

#[tokio::test]
async fn an_answer_is_withdrawn_without_a_report() {
    let _strict = strict().await;
    let bank = bank();
    // In the mailbox, so that the handler is skipped.
    bank.pay(1).sent().await.unwrap().withdraw();
    assert_eq!(bank.money().await.unwrap(), 1_000_000);
    assert_eq!(bank.stats().counts.skipped, 1);
    // Tried.
    bank.stuck().try_call().unwrap().withdraw();
    idle(&bank).await;
    // Polled, and running.
    let mut answer = bank.pay(1).sent().await.unwrap();
    while bank.stats().running.is_none() {
        polled(&mut answer).await;
        tokio::task::yield_now().await;
    }
    answer.withdraw();
    idle(&bank).await;
    // Answered.
    let answer = bank.pay(1).sent().await.unwrap();
    assert_eq!(bank.money().await.unwrap(), 999_998);
    answer.withdraw();
}

#[tokio::test]
async fn drops_by_an_ending_actor_or_a_panic_are_not_reported() {
    let _strict = strict().await;
    let (bank, other) = (bank(), self::bank());
    bank.ask(other.clone()).cast().await.unwrap();
    while other.stats().running.is_none() {
        tokio::task::yield_now().await;
    }
    bank.abort();
    assert_eq!(bank.exited().await.to_string(), "aborted");
    let panicking = async {
        let mut call = self::bank().pay(1).sent().await.unwrap();
        polled(&mut call).await;
        panic!("first {}", 1);
    };
    assert_eq!(panic_of(panicking).await.as_deref(), Some("first 1"));
}

#[tokio::test]
async fn reports_can_be_disabled() {
    let _turn = strict().await;
    on_dropped_call(OnDroppedCall::Ignore);
    drop(bank().pay(1).sent().await.unwrap());
}

/// Set in a child process that only drops a call.
const CHILD: &str = "ACTOR_TESTS_DROP_A_CALL";

/// The line of the call in `drop_calls`.
const MADE_AT: u32 = line!() + 6;

/// Drops a call with the default reaction, in the same place `times` times, and then one of another place.
async fn drop_calls(times: u64) {
    let bank = bank();
    for _ in 0..times {
        let mut call = bank.pay(1);
        polled(&mut call).await;
        drop(call);
        idle(&bank).await;
    }
    if times > 1 {
        drop(bank.stuck().sent().await.unwrap());
    }
}

/// Runs the test `name` in a child process that drops `times` calls, and returns what it prints on stderr.
fn stderr_of(name: &str, times: u64) -> String {
    let mut command = Command::new(env::current_exe().expect("a test has a file"));
    command.args(["--exact", name, "--nocapture"]).env(CHILD, times.to_string());
    let output = command.output().expect("it starts");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    stderr
}

/// The number of calls that this process only drops, if it is a child.
fn calls_to_drop() -> Option<u64> {
    env::var(CHILD).ok().map(|times| times.parse().expect("a number"))
}

/// This package does not enable the feature `tracing`.
#[tokio::test]
async fn a_warning_is_printed_on_stderr_once() {
    if let Some(times) = calls_to_drop() {
        return drop_calls(times).await;
    }
    let stderr = stderr_of("a_warning_is_printed_on_stderr_once", 1);
    let warning = format!(
        "warning: a call of `Bank::pay`, made at {}:{MADE_AT}:29, was dropped before its answer was read: \
         its handler may or may not run",
        file!()
    );
    assert!(stderr.starts_with(&warning), "{stderr}");
    assert_eq!(stderr.matches("was dropped before its answer was read").count(), 1, "{stderr}");
    assert!(stderr.contains("use `handle.pay(..).timeout(d)`"), "{stderr}");
    assert!(stderr.contains("`let mut answer = handle.pay(..).sent().await?`"), "{stderr}");
}

#[tokio::test]
async fn warnings_are_limited_for_each_place() {
    if let Some(times) = calls_to_drop() {
        return drop_calls(times).await;
    }
    let stderr = stderr_of("warnings_are_limited_for_each_place", 250);
    let warnings: Vec<&str> = stderr.lines().filter(|line| line.starts_with("warning:")).collect();
    let [first, tenth, hundredth, other] = warnings[..] else { panic!("{stderr}") };
    assert!(!first.contains("times so far"), "{first}");
    assert!(tenth.contains("was read (10 times so far):"), "{tenth}");
    assert!(hundredth.contains("was read (100 times so far):"), "{hundredth}");
    assert!(other.contains("`Bank::stuck`") && !other.contains("times so far"), "{other}");
}
