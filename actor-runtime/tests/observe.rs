//! What the features `tracing` and `metrics` report.
//!
//! Run with `cargo test -p actor-runtime --features tracing,metrics --test observe`.

use std::{
    collections::BTreeMap,
    pin::pin,
    sync::{Arc, Mutex},
    task::{self, Poll, Waker},
};

use actor_runtime::{ActorHandle, Builder, OnPanic, Restarts, actor, pair, spawn};
use metrics_util::{
    MetricKind,
    debugging::{DebugValue, DebuggingRecorder},
};
use tracing::{
    Instrument, Subscriber,
    field::{Field, Visit},
    span,
};
use tracing_subscriber::{
    Layer, filter::LevelFilter, layer::Context, layer::SubscriberExt, registry::LookupSpan,
};

#[derive(Default)]
struct Vault {
    secrets: Vec<String>,
}

#[actor]
impl Vault {
    /// Keeps a secret.
    pub(crate) fn keep(&mut self, secret: &str) -> usize {
        tracing::info!("keeping");
        self.secrets.push(secret.to_owned());
        self.secrets.len()
    }

    /// Looks inside.
    #[tracing::instrument(skip_all)]
    pub(crate) async fn look(&self) -> usize {
        tracing::info!("looking");
        self.secrets.len()
    }

    /// Panics.
    pub(crate) fn fail(&mut self) {
        panic!("dropped the key");
    }
}

/// Has every hook, and logs in each.
struct Chatty {
    events: tokio::sync::mpsc::UnboundedReceiver<()>,
}

#[actor]
impl Chatty {
    /// Logs.
    pub(crate) async fn handle(&self) {
        tracing::info!("in handle");
    }

    /// Has an answer that comes back.
    #[cancel_safe(undelivered = take_back)]
    pub(crate) async fn give(&self) -> u32 {
        1
    }

    fn take_back(&mut self, _: u32) {
        tracing::info!("in take_back");
    }

    #[on(self.events.recv())]
    fn event(&mut self, (): ()) {
        tracing::info!("in event");
    }

    #[on_start]
    async fn start(&self) {
        tracing::info!("in on_start");
        tokio::task::yield_now().await;
        tracing::info!("in on_start");
    }

    #[on_idle]
    fn idle(&self) {
        tracing::info!("in on_idle");
    }

    #[on_release]
    fn release(&self) {
        tracing::info!("in on_release");
    }

    #[on_stop]
    async fn stop(&self) {
        tracing::info!("in on_stop");
    }
}

/// Receives secrets from a channel.
struct Ear(tokio::sync::mpsc::UnboundedReceiver<String>);

#[actor]
impl Ear {
    #[on(self.0.recv())]
    fn hear(&mut self, _secret: String) {
        tracing::info!("hearing");
    }

    /// Nothing.
    pub(crate) fn nothing(&self) {}
}

/// A recorded span or event.
#[derive(Clone, Debug)]
struct Told {
    name: String,
    fields: BTreeMap<String, String>,
    /// The names of the enclosing spans, innermost first.
    inside: Vec<String>,
}

#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<Told>>>);

impl Recorder {
    fn all(&self, name: &str) -> Vec<Told> {
        let told = self.0.lock().unwrap();
        told.iter().filter(|told| told.name == name).cloned().collect()
    }

    fn only(&self, name: &str) -> Told {
        let all = self.all(name);
        assert_eq!(all.len(), 1, "{name}: {all:?}");
        all[0].clone()
    }
}

struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, cx: Context<'_, S>) {
        let mut fields = Fields(BTreeMap::new());
        attributes.record(&mut fields);
        let span = cx.span(id).unwrap();
        let inside = span.scope().skip(1).map(|span| span.name().to_owned()).collect();
        let told = Told { name: span.name().to_owned(), fields: fields.0, inside };
        self.0.lock().unwrap().push(told);
    }

    fn on_follows_from(&self, span: &span::Id, follows: &span::Id, cx: Context<'_, S>) {
        let name = |id| cx.span(id).unwrap().name().to_owned();
        let name = format!("{} follows from {}", name(span), name(follows));
        let told = Told { name, fields: BTreeMap::new(), inside: Vec::new() };
        self.0.lock().unwrap().push(told);
    }

    fn on_event(&self, event: &tracing::Event<'_>, cx: Context<'_, S>) {
        let mut fields = Fields(BTreeMap::new());
        event.record(&mut fields);
        let name = fields.0.remove("message").unwrap_or_default();
        let inside = cx.event_scope(event).into_iter().flatten();
        let inside = inside.map(|span| span.name().to_owned()).collect();
        self.0.lock().unwrap().push(Told { name, fields: fields.0, inside });
    }
}

/// Runs `test` on this thread, and records its spans and events.
fn traced<F: Future<Output = ()>>(test: impl FnOnce(Recorder) -> F) {
    traced_above(LevelFilter::TRACE, test);
}

/// The same, without what is less severe than `level`.
fn traced_above<F: Future<Output = ()>>(level: LevelFilter, test: impl FnOnce(Recorder) -> F) {
    let recorder = Recorder::default();
    let subscriber = tracing_subscriber::registry().with(recorder.clone()).with(level);
    let _default = tracing::subscriber::set_default(subscriber);
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test(recorder));
}

#[test]
fn an_actor_has_a_span_with_its_name() {
    traced(|recorder| async move {
        let vault = Builder::new().name("north").spawn(Vault::default());
        vault.keep("x").await.unwrap();
        let actor = recorder.only("actor");
        assert_eq!(actor.fields["actor.type"], "Vault");
        assert_eq!(actor.fields["actor.name"], "north");
        assert_eq!(actor.inside, [""; 0]);
    });
}

#[test]
fn a_message_has_a_span_whose_parent_is_its_callers() {
    traced(|recorder| async move {
        let vault = spawn(Vault::default());
        let request = tracing::info_span!("request");
        async { vault.keep("x").await.unwrap() }.instrument(request).await;
        let message = recorder.only("actor.message");
        assert_eq!(message.inside, ["request"]);
        assert_eq!(message.fields["actor.method"], "keep");
        assert_eq!(recorder.only("keeping").inside, ["actor.message", "request"]);
    });
}

/// Polls `future` once, which completes a call whose handler runs on its caller's thread.
#[track_caller]
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut task::Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("not ready at the first poll"),
    }
}

#[test]
fn a_message_that_is_handled_on_its_caller_has_the_same_span() {
    traced(|recorder| async move {
        let vault = spawn(Vault::default());
        vault.look().await.unwrap();
        let before = recorder.0.lock().unwrap().len();
        tracing::info_span!("request").in_scope(|| {
            now(vault.keep("x")).unwrap();
            tracing::info!("kept");
        });
        recorder.0.lock().unwrap().drain(..before);
        let message = recorder.only("actor.message");
        assert_eq!(message.inside, ["request"]);
        assert_eq!(message.fields["actor.type"], "Vault");
        assert_eq!(message.fields["actor.method"], "keep");
        recorder.only("actor.message follows from actor");
        assert_eq!(recorder.only("keeping").inside, ["actor.message", "request"]);
        assert_eq!(recorder.only("kept").inside, ["request"], "the span is over");
    });
}

/// Runs an actor in all that it does without a caller, and one call within a request.
async fn everything() {
    let (sender, events) = tokio::sync::mpsc::unbounded_channel();
    let chatty = Builder::new().start(Chatty { events }).await.unwrap();
    async { chatty.handle().await.unwrap() }.instrument(tracing::info_span!("request")).await;
    let unread = chatty.give().sent().await.unwrap();
    chatty.handle().await.unwrap();
    drop(unread);
    drop(chatty.handle().sent().await.unwrap());
    sender.send(()).unwrap();
    chatty.lease().await.unwrap().release().await.unwrap();
    while chatty.stats().counts.events == 0 {
        tokio::task::yield_now().await;
    }
    chatty.shutdown().await;
}

const HOOKS: [&str; 5] =
    ["in on_start", "in on_idle", "in on_release", "in on_stop", "in take_back"];

#[test]
fn what_an_actor_does_without_a_caller_has_spans_of_its_own() {
    traced(|recorder| async move {
        everything().await;
        for hook in HOOKS {
            let all = recorder.all(hook);
            assert!(!all.is_empty(), "{hook}");
            assert!(all.iter().all(|told| told.inside == ["actor.hook", "actor"]), "{all:?}");
        }
        assert_eq!(recorder.only("in event").inside, ["actor.event", "actor"]);
        let skipped = recorder.only("skipped: its caller was dropped before the handler started");
        assert_eq!(skipped.inside, ["actor.message"]);
        assert_eq!(recorder.all("in handle")[0].inside, ["actor.message", "request"]);
        let methods: Vec<_> = recorder.all("actor.hook").into_iter().collect();
        assert!(methods.iter().any(|told| told.fields["actor.method"] == "on_idle"));
        assert!(methods.iter().all(|told| told.fields["actor.type"] == "Chatty"));
    });
}

#[test]
fn nothing_is_logged_in_the_span_that_is_open_until_the_end() {
    for level in [LevelFilter::TRACE, LevelFilter::DEBUG, LevelFilter::INFO] {
        traced_above(level, |recorder| async move {
            everything().await;
            assert_eq!(recorder.all("actor").len(), 1);
            let told = recorder.0.lock().unwrap().clone();
            let is_leak = |told: &&Told| {
                told.inside.first().is_some_and(|span| span == "actor")
                    && !told.name.starts_with("actor.")
            };
            assert!(!told.iter().any(|told| is_leak(&told)), "{level}: {told:?}");
            for hook in HOOKS {
                assert!(told.iter().any(|told| told.name == hook), "{level}: {hook}");
            }
        });
    }
}

#[test]
fn without_a_span_of_its_own_a_handler_is_in_its_callers() {
    traced_above(LevelFilter::INFO, |recorder| async move {
        everything().await;
        assert_eq!(recorder.all("in handle")[0].inside, ["request"]);
    });
}

#[test]
fn an_event_has_a_span_in_its_actors() {
    traced(|recorder| async move {
        let (secrets, heard) = tokio::sync::mpsc::unbounded_channel();
        let ear = spawn(Ear(heard));
        secrets.send("the combination is 1234".to_owned()).unwrap();
        ear.nothing().await.unwrap();
        let event = recorder.only("actor.event");
        assert_eq!(event.inside, ["actor"]);
        assert_eq!(event.fields["actor.method"], "hear");
        assert_eq!(recorder.only("hearing").inside, ["actor.event", "actor"]);
        let told = format!("{:?}", recorder.0.lock().unwrap());
        assert!(!told.contains("1234"), "{told}");
    });
}

/// Has a source that is always ready.
struct Spinning;

#[actor]
impl Spinning {
    #[on(std::future::ready(()))]
    fn again(&mut self, (): ()) {}

    /// Nothing.
    pub(crate) fn nothing(&self) {}
}

#[test]
fn a_source_that_keeps_its_actor_busy_is_told_once() {
    traced(|recorder| async move {
        let spinning = spawn(Spinning);
        spinning.nothing().await.unwrap();
        let text =
            "busy: this source is ready at every poll; if it has ended, disable it with a guard";
        while spinning.stats().counts.events < 101_000 {
            tokio::task::yield_now().await;
        }
        assert_eq!(recorder.only(text).fields["actor.method"], "again");
        spinning.nothing().await.unwrap();
    });
}

#[test]
fn a_handler_may_have_a_span_of_its_own() {
    traced(|recorder| async move {
        let vault = spawn(Vault::default());
        assert_eq!(vault.look().await.unwrap(), 0);
        assert_eq!(recorder.only("looking").inside, ["look", "actor.message"]);
    });
}

#[test]
fn values_are_never_told() {
    traced(|recorder| async move {
        let vault = spawn(Vault::default());
        vault.keep("the combination is 1234").await.unwrap();
        vault.shutdown().await;
        let told = format!("{:?}", recorder.0.lock().unwrap());
        assert!(told.contains("actor.message") && !told.contains("1234"), "{told}");
    });
}

#[test]
fn skipping_panicking_and_ending_are_told() {
    traced(|recorder| async move {
        let vault = Builder::new().on_panic(OnPanic::Continue).spawn(Vault::default());
        drop(vault.keep("x").sent().await.unwrap());
        vault.fail().await.unwrap_err();
        vault.shutdown().await;
        let skipped = recorder.only("skipped: its caller was dropped before the handler started");
        assert_eq!(skipped.fields["actor.method"], "keep");
        assert_eq!(recorder.only("panicked").fields["panic"], "dropped the key");
        assert_eq!(recorder.only("ended").fields["reason"], "shut down");
    });
}

#[cfg(debug_assertions)]
#[test]
fn a_call_that_is_dropped_half_way_is_a_warning() {
    traced(|recorder| async move {
        let vault = spawn(Vault::default());
        let (line, answer) = (line!(), vault.look().sent().await.unwrap());
        drop(answer);
        drop(vault.look());
        let dropped = recorder.only(
            "a call was dropped before its answer was read: its handler may or may not run; see `timeout`",
        );
        assert_eq!(dropped.fields["actor.method"], "look");
        let place = format!("{}:{line}:", file!());
        assert!(dropped.fields["call.place"].starts_with(&place), "{dropped:?}");
    });
}

type Measured = BTreeMap<(MetricKind, String), DebugValue>;

/// A vault that is restarted after a panic.
fn restarted() -> VaultHandle {
    let restarts = Restarts::at_once(5, std::time::Duration::from_secs(60));
    Builder::new().restart(restarts).spawn_with(|_| Vault::default())
}

#[test]
fn each_life_has_a_span_and_each_restart_an_event() {
    traced(|recorder| async move {
        let vault = restarted();
        vault.look().await.unwrap();
        vault.fail().await.unwrap_err();
        vault.look().await.unwrap();
        drop(vault.shutdown().await);
        let lives = recorder.all("actor.life");
        let numbers: Vec<_> = lives.iter().map(|life| &*life.fields["actor.life"]).collect();
        assert_eq!(numbers, ["0", "1"]);
        assert!(lives.iter().all(|life| life.inside == ["actor"]), "{lives:?}");
        let event = recorder.only("restarted");
        assert_eq!(event.fields["actor.type"], "Vault");
        assert_eq!(event.fields["actor.life"], "1");
        assert_eq!(event.fields["reason"], "`Vault::fail` panicked: dropped the key");
        assert_eq!(event.fields["wait"], "0ns");
        let handled = recorder.all("actor.message follows from actor.life");
        assert_eq!(handled.len(), 3);
    });
}

#[test]
fn an_actor_that_is_not_restarted_has_no_span_of_a_life() {
    traced(|recorder| async move {
        let vault = spawn(Vault::default());
        vault.look().await.unwrap();
        assert!(recorder.all("actor.life").is_empty());
        assert_eq!(recorder.all("actor.message follows from actor").len(), 1);
    });
}

#[test]
fn metrics_count_restarts() {
    let seen = measured(async {
        let vault = restarted();
        for _ in 0..3 {
            vault.fail().await.unwrap_err();
        }
        vault.look().await.unwrap();
    });
    let restarts = seen.get(&(MetricKind::Counter, "actor_restarts_total Vault".to_owned()));
    assert_eq!(restarts, Some(&DebugValue::Counter(3)));
}

/// Runs `test` on this thread, and returns its metrics.
fn measured(test: impl Future<Output = ()>) -> Measured {
    let recorder = DebuggingRecorder::new();
    let snapshots = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test);
    });
    let mut seen = BTreeMap::new();
    for (key, _, _, value) in snapshots.snapshot().into_vec() {
        let labels: Vec<_> = key.key().labels().map(metrics::Label::value).collect();
        seen.insert((key.kind(), format!("{} {}", key.key().name(), labels.join(" "))), value);
    }
    seen
}

/// The number of values recorded in a histogram.
fn values(seen: &Measured, name: &str) -> usize {
    match &seen[&(MetricKind::Histogram, name.to_owned())] {
        DebugValue::Histogram(values) => values.len(),
        other => panic!("{name} is no histogram: {other:?}"),
    }
}

#[test]
fn metrics_count_what_is_done_on_a_caller() {
    let seen = measured(async {
        let vault = Builder::new().on_panic(OnPanic::Continue).spawn(Vault::default());
        vault.look().await.unwrap();
        now(vault.keep("x")).unwrap();
        now(vault.keep("y")).unwrap();
        now(vault.fail()).unwrap_err();
    });
    let counter = |name: &str| seen.get(&(MetricKind::Counter, name.to_owned()));
    assert_eq!(counter("actor_messages_total Vault keep"), Some(&DebugValue::Counter(2)));
    assert_eq!(counter("actor_messages_total Vault fail"), Some(&DebugValue::Counter(1)));
    assert_eq!(counter("actor_panics_total Vault fail"), Some(&DebugValue::Counter(1)));
    let depth = &seen[&(MetricKind::Gauge, "actor_mailbox_depth Vault".to_owned())];
    assert_eq!(depth, &DebugValue::Gauge(0.0.into()));
    for histogram in ["actor_queue_seconds Vault keep", "actor_handle_seconds Vault keep"] {
        assert_eq!(values(&seen, histogram), 2);
    }
}

#[test]
fn metrics_count_what_was_done() {
    let seen = measured(async {
        let (vault, run) = pair(Vault::default());
        vault.keep("x").cast().await.unwrap();
        vault.keep("y").cast().await.unwrap();
        drop(vault.keep("z").sent().await.unwrap());
        drop(vault);
        run.await;
        let (secrets, heard) = tokio::sync::mpsc::unbounded_channel();
        let (ear, run) = pair(Ear(heard));
        secrets.send(String::new()).unwrap();
        ear.nothing().cast().await.unwrap();
        drop(secrets);
        let itself = ear.clone();
        let end = async move {
            itself.nothing().await.unwrap();
            drop((ear, itself));
        };
        tokio::join!(run, end);
    });
    let counter = |name: &str| seen.get(&(MetricKind::Counter, name.to_owned()));
    assert_eq!(counter("actor_messages_total Vault keep"), Some(&DebugValue::Counter(2)));
    assert_eq!(counter("actor_events_total Ear hear"), Some(&DebugValue::Counter(1)));
    assert_eq!(counter("actor_skipped_total Vault keep"), Some(&DebugValue::Counter(1)));
    assert_eq!(counter("actor_exits_total Vault true"), Some(&DebugValue::Counter(1)));
    let depth = &seen[&(MetricKind::Gauge, "actor_mailbox_depth Vault".to_owned())];
    assert_eq!(depth, &DebugValue::Gauge(0.0.into()));
    for histogram in ["actor_queue_seconds Vault keep", "actor_handle_seconds Vault keep"] {
        assert_eq!(values(&seen, histogram), 2);
    }
}
