//! The hooks: `#[on_start]` before the first message, `#[on_idle]` whenever the mailbox has just
//! run empty, `#[on_stop]` after the last message.

use actor_runtime::{ActorHandle, Builder, Capacity, Context, ExitReason, OnPanic, actor};

use crate::support::{Gate, Log, outcome, pending, rig, rig_with};

/// Logs when its hooks run.
struct Diary {
    log: Log,
    panics_in: &'static str,
    idle: Gate,
}

#[actor]
impl Diary {
    fn new(log: &Log) -> Self {
        let idle = Gate::default();
        Self { log: log.clone(), panics_in: "nowhere", idle }
    }

    fn that_panics(panics_in: &'static str) -> Self {
        Self { panics_in, ..Self::new(&Log::default()) }
    }

    fn write(&self, hook: &'static str) {
        self.log.add(hook);
        assert!(self.panics_in != hook, "on purpose in {hook}");
    }

    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        assert!(context.handle().upgrade().is_none_or(|this| this.exit_reason().is_none()));
        self.write("start");
    }

    #[on_idle]
    async fn rest(&mut self) {
        self.write("idle");
        if self.panics_in == "never" {
            self.idle.passed().await;
        }
    }

    #[on_stop]
    async fn end(&mut self, context: &Context<Self>) {
        assert!(context.handle().is_closed());
        self.write("stop");
    }

    /// Logs a line.
    pub(crate) fn line(&self, line: u32) {
        self.log.add(line.to_string());
    }

    /// Panics.
    pub(crate) fn fail(&self) {
        panic!("on purpose");
    }

    /// Is the last.
    pub(crate) fn finish(self) {
        self.log.add("finish");
    }
}

/// Runs a diary through two messages, then closes it.
fn life(mut prepare: impl FnMut(&DiaryHandle)) -> (Vec<String>, ExitReason) {
    let log = Log::default();
    let (diary, mut actor) = rig(Diary::new(&log));
    diary.line(1).try_cast().unwrap();
    diary.line(2).try_cast().unwrap();
    prepare(&diary);
    diary.close();
    let exit = actor.exit();
    (log.take(), exit.reason)
}

#[test]
fn hooks_run_in_order() {
    let (lines, reason) = life(|_| {});
    assert_eq!(lines, ["start", "1", "2", "idle", "stop"]);
    assert_eq!(reason, ExitReason::Shutdown);
}

#[test]
fn on_start_runs_at_the_first_poll() {
    let log = Log::default();
    let (diary, mut actor) = rig(Diary::new(&log));
    assert_eq!(log.take(), [""; 0]);
    actor.turn();
    assert_eq!(log.take(), ["start"]);
    drop(diary);
}

#[test]
fn on_idle_runs_once_each_time_the_mailbox_runs_empty() {
    let log = Log::default();
    let (diary, mut actor) = rig(Diary::new(&log));
    actor.turn();
    assert_eq!(log.take(), ["start"], "it has not run empty, it was");
    for _ in 0..2 {
        diary.line(1).try_cast().unwrap();
        diary.line(2).try_cast().unwrap();
        actor.turn();
        assert_eq!(log.take(), ["1", "2", "idle"]);
    }
    drop(diary.line(3).try_call().unwrap());
    actor.turn();
    assert_eq!(log.take(), [""; 0], "a message that was skipped is nothing to rest from");
}

#[test]
fn a_message_sent_while_on_idle_runs_is_handled_afterwards() {
    let log = Log::default();
    let gate = Gate::default();
    let diary = Diary { log: log.clone(), panics_in: "never", idle: gate.clone() };
    let (diary, mut actor) = rig(diary);
    diary.line(1).try_cast().unwrap();
    actor.turn();
    diary.line(2).try_cast().unwrap();
    actor.turn();
    assert_eq!(log.take(), ["start", "1", "idle"]);
    gate.open();
    actor.turn();
    assert_eq!(log.take(), ["2", "idle"]);
}

#[test]
fn an_actor_without_messages_starts_and_stops() {
    let log = Log::default();
    let (diary, mut actor) = rig(Diary::new(&log));
    drop(diary);
    assert_eq!(actor.reason(), "the last handle was dropped");
    assert_eq!(log.take(), ["start", "stop"]);
}

#[test]
fn on_stop_does_not_run_after_a_final_handler_an_abort_or_a_panic() {
    let (lines, _) = life(|diary| diary.finish().try_cast().unwrap());
    assert_eq!(lines, ["start", "1", "2", "finish"]);
    let (lines, _) = life(|diary| diary.fail().try_cast().unwrap());
    assert_eq!(lines, ["start", "1", "2"]);
    let (lines, reason) = life(ActorHandle::abort);
    assert_eq!(lines, [""; 0], "it was aborted before it began");
    assert_eq!(reason, ExitReason::Aborted);
}

#[test]
fn a_panic_in_a_hook_ends_the_actor() {
    for (hook, method) in [("start", "on_start"), ("idle", "on_idle"), ("stop", "on_stop")] {
        for on_panic in [OnPanic::End, OnPanic::Continue] {
            let options = Builder::new().on_panic(on_panic);
            let (diary, mut actor) = rig_with(options, Diary::that_panics(hook));
            let mut call = pending(diary.line(1));
            diary.close();
            let exit = actor.exit();
            let text = format!("`Diary::{method}` panicked: on purpose in {hook}");
            assert_eq!(exit.reason.to_string(), text);
            assert!(exit.actor.is_none());
            let told = match hook {
                "start" => "the actor stopped before it answered `Diary::line`",
                _ => "answered ()",
            };
            assert_eq!(outcome(&mut call), told);
        }
    }
}

#[test]
fn hooks_run_with_a_mailbox_for_one_message() {
    let log = Log::default();
    let options = Builder::new().mailbox(Capacity::bounded(1));
    let (diary, mut actor) = rig_with(options, Diary::new(&log));
    diary.line(1).try_cast().unwrap();
    let _two = pending(diary.line(2).cast());
    actor.turn();
    assert_eq!(log.take(), ["start", "1", "2", "idle"], "the next one had been promoted");
}

#[test]
fn on_idle_runs_after_every_128_messages_under_load() {
    let log = Log::default();
    let options = Builder::new().mailbox(Capacity::UNBOUNDED);
    let (diary, mut actor) = rig_with(options, Diary::new(&log));
    for line in 0..300 {
        diary.line(line).try_cast().unwrap();
    }
    actor.turn();
    let lines = log.take();
    let between: Vec<_> = lines[1..].split(|line| line == "idle").map(<[_]>::len).collect();
    assert_eq!(between, [128, 128, 44, 0]);
}
