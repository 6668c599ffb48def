//! What those who watch are told: spans and events with the feature `tracing`, counters, gauges and
//! histograms with the feature `metrics`, nothing without them.
//!
//! Nothing else in the crate names either library. Arguments and answers are never told. No
//! function here is called while a lock is held, because a subscriber or recorder is the user's
//! code. What no feature reads is let go by `let _`, so that callers need not know the features.
//!
//! | metric | kind | labels |
//! |---|---|---|
//! | `actor_messages_total` | counter: handlers begun | `actor`, `method` |
//! | `actor_events_total` | counter: handlers of events begun | `actor`, `method` |
//! | `actor_skipped_total` | counter: calls whose callers had gone | `actor`, `method` |
//! | `actor_panics_total` | counter: handlers that panicked | `actor`, `method` |
//! | `actor_exits_total` | counter: actors that ended | `actor`, `orderly` |
//! | `actor_mailbox_depth` | gauge: messages in the mailboxes | `actor` |
//! | `actor_queue_seconds` | histogram: from sending to handling | `actor`, `method` |
//! | `actor_handle_seconds` | histogram: a handler's time, its waits included | `actor`, `method` |

use std::future::Future;

use crate::exit::ExitReason;

/// What a message brings along from where it was sent.
#[derive(Clone)]
pub(crate) struct Trace {
    #[cfg(feature = "tracing")]
    caller: tracing::Span,
    #[cfg(feature = "metrics")]
    sent: std::time::Instant,
}

impl Trace {
    /// What is to be known of this place and moment.
    pub(crate) fn here() -> Self {
        Self {
            #[cfg(feature = "tracing")]
            caller: tracing::Span::current(),
            #[cfg(feature = "metrics")]
            sent: std::time::Instant::now(),
        }
    }
}

/// The life of an actor, in a span of its own.
pub(crate) fn life<F: Future>(
    actor: &'static str,
    name: Option<&str>,
    life: F,
) -> impl Future<Output = F::Output> + use<F> {
    let _ = (actor, name);
    #[cfg(feature = "tracing")]
    let life = {
        let span = tracing::info_span!(
            parent: None, "actor", actor.type = actor, actor.name = name.unwrap_or(actor),
        );
        tracing::Instrument::instrument(life, span)
    };
    life
}

/// The span of an actor's life, for handlers that run outside of it.
#[derive(Clone)]
pub(crate) struct Life {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

impl Life {
    /// That of an actor whose loop has not begun.
    pub(crate) fn unknown() -> Self {
        Self {
            #[cfg(feature = "tracing")]
            span: tracing::Span::none(),
        }
    }

    /// That of the actor whose loop runs here.
    pub(crate) fn here() -> Self {
        Self {
            #[cfg(feature = "tracing")]
            span: tracing::Span::current(),
        }
    }
}

/// The span of a message, whose parent is its caller's.
#[cfg(feature = "tracing")]
fn message_span(
    caller: &tracing::Span,
    life: &tracing::Span,
    actor: &'static str,
    method: &'static str,
) -> tracing::Span {
    let span = tracing::debug_span!(
        parent: caller, "actor.message", actor.type = actor, actor.method = method,
    );
    span.follows_from(life);
    span
}

/// A `fn` handler at work in the loop, as [`handling`].
#[inline]
pub(crate) fn handling_now<T>(
    trace: &Trace,
    actor: &'static str,
    method: &'static str,
    handler: impl FnOnce() -> T,
) -> T {
    let _ = (trace, actor, method);
    #[cfg(feature = "tracing")]
    let _span = message_span(&trace.caller, &tracing::Span::current(), actor, method).entered();
    #[cfg(feature = "metrics")]
    let timed = Timed::begin(actor, method, trace.sent);
    let output = handler();
    #[cfg(feature = "metrics")]
    timed.end();
    output
}

/// A `fn` handler at work on the thread of its caller, as [`handling`].
#[inline]
pub(crate) fn handling_here<T>(
    life: &Life,
    actor: &'static str,
    method: &'static str,
    handler: impl FnOnce() -> T,
) -> T {
    let _ = (life, actor, method);
    #[cfg(feature = "tracing")]
    let _span = message_span(&tracing::Span::current(), &life.span, actor, method).entered();
    #[cfg(feature = "metrics")]
    let timed = Timed::begin(actor, method, std::time::Instant::now());
    let output = handler();
    #[cfg(feature = "metrics")]
    timed.end();
    output
}

/// A handler at work, in a span whose parent is its caller's.
pub(crate) fn handling<F: Future>(
    trace: Trace,
    actor: &'static str,
    method: &'static str,
    handler: F,
) -> impl Future<Output = F::Output> + use<F> {
    let _ = (&trace, actor, method);
    #[cfg(feature = "metrics")]
    let handler = timed(actor, method, trace.sent, handler);
    #[cfg(feature = "tracing")]
    let handler = {
        let span = message_span(&trace.caller, &tracing::Span::current(), actor, method);
        tracing::Instrument::instrument(handler, span)
    };
    handler
}

/// The handler of an event at work, in a span of its own.
pub(crate) fn event<F: Future>(
    actor: &'static str,
    method: &'static str,
    handler: F,
) -> impl Future<Output = F::Output> + use<F> {
    let _ = (actor, method);
    #[cfg(feature = "metrics")]
    let handler = timed_event(actor, method, handler);
    #[cfg(feature = "tracing")]
    let handler = {
        let span = tracing::debug_span!("actor.event", actor.type = actor, actor.method = method);
        tracing::Instrument::instrument(handler, span)
    };
    handler
}

#[cfg(feature = "metrics")]
async fn timed_event<F: Future>(
    actor: &'static str,
    method: &'static str,
    handler: F,
) -> F::Output {
    let labels = [("actor", actor), ("method", method)];
    let begun = std::time::Instant::now();
    metrics::counter!("actor_events_total", &labels).increment(1);
    let output = handler.await;
    metrics::histogram!("actor_handle_seconds", &labels).record(begun.elapsed());
    output
}

#[cfg(feature = "metrics")]
async fn timed<F: Future>(
    actor: &'static str,
    method: &'static str,
    sent: std::time::Instant,
    handler: F,
) -> F::Output {
    let timed = Timed::begin(actor, method, sent);
    let output = handler.await;
    timed.end();
    output
}

/// A handler that is counted at its beginning, and timed at its end.
#[cfg(feature = "metrics")]
struct Timed {
    labels: [(&'static str, &'static str); 2],
    begun: std::time::Instant,
}

#[cfg(feature = "metrics")]
impl Timed {
    fn begin(actor: &'static str, method: &'static str, sent: std::time::Instant) -> Self {
        let labels = [("actor", actor), ("method", method)];
        let begun = std::time::Instant::now();
        metrics::counter!("actor_messages_total", &labels).increment(1);
        metrics::histogram!("actor_queue_seconds", &labels).record(begun - sent);
        Self { labels, begun }
    }

    fn end(self) {
        metrics::histogram!("actor_handle_seconds", &self.labels).record(self.begun.elapsed());
    }
}

/// `change` more messages are in a mailbox, or fewer.
pub(crate) fn depth(actor: &'static str, change: i32) {
    let _ = (actor, change);
    #[cfg(feature = "metrics")]
    metrics::gauge!("actor_mailbox_depth", "actor" => actor).increment(f64::from(change));
}

/// A call was skipped, because its caller had gone.
pub(crate) fn skipped(actor: &'static str, method: &'static str) {
    let _ = (actor, method);
    #[cfg(feature = "metrics")]
    metrics::counter!("actor_skipped_total", "actor" => actor, "method" => method).increment(1);
    #[cfg(feature = "tracing")]
    tracing::debug!(actor.method = method, "skipped: its caller had gone before it began");
}

/// A source has had an event each time it was asked, very often.
pub(crate) fn busy(actor: &'static str, method: &'static str) {
    let _ = (actor, method);
    #[cfg(feature = "tracing")]
    tracing::warn!(
        actor.type = actor,
        actor.method = method,
        "busy: this source is ready each time it is asked; if it has ended, turn it off by a guard"
    );
}

/// A handler panicked.
pub(crate) fn panicked(actor: &'static str, method: &'static str, message: &str) {
    let _ = (actor, method, message);
    #[cfg(feature = "metrics")]
    metrics::counter!("actor_panics_total", "actor" => actor, "method" => method).increment(1);
    #[cfg(feature = "tracing")]
    tracing::error!(actor.type = actor, actor.method = method, panic = message, "panicked");
}

/// An actor ended.
pub(crate) fn ended(actor: &'static str, reason: &ExitReason) {
    let _ = (actor, reason);
    #[cfg(feature = "metrics")]
    {
        let orderly = if reason.is_orderly() { "true" } else { "false" };
        metrics::counter!("actor_exits_total", "actor" => actor, "orderly" => orderly).increment(1);
    }
    #[cfg(feature = "tracing")]
    tracing::debug!(actor.type = actor, %reason, "ended");
}

/// What is said about a call that was dropped half way.
#[cfg(all(debug_assertions, not(shuttle)))]
pub(crate) fn dropped_text(
    method: crate::error::Method,
    place: &'static std::panic::Location<'static>,
) -> String {
    let name = method.name();
    format!(
        "a call of `{method}`, made at {place}, was dropped half way: its handler may run or not, and \
         its answer is lost\n\
         help: keep it, `let mut answer = handle.{name}(..).sent().await?` and then `&mut answer`, or \
         mark the handler `#[cancel_safe]`"
    )
}

/// A call was dropped half way.
#[cfg(all(debug_assertions, not(shuttle)))]
pub(crate) fn dropped(method: crate::error::Method, place: &'static std::panic::Location<'static>) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        actor.type = method.actor(),
        actor.method = method.name(),
        call.place = %place,
        "a call was dropped half way: its handler may run or not, and its answer is lost"
    );
    #[cfg(not(feature = "tracing"))]
    eprintln!("warning: {}", dropped_text(method, place));
}
