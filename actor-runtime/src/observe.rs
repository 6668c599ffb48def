//! Observability: spans and events with the feature `tracing`, metrics with the feature `metrics`.
//!
//! No other module names either library. Arguments and answers are never recorded. No function here is
//! called while a lock is held, because a subscriber or recorder is the user's code. `let _` silences
//! parameters that no enabled feature reads, so that callers need no `cfg`.
//!
//! | metric | kind | labels |
//! |---|---|---|
//! | `actor_messages_total` | counter: handlers started | `actor`, `method` |
//! | `actor_events_total` | counter: event handlers started | `actor`, `method` |
//! | `actor_skipped_total` | counter: calls skipped because the caller was dropped | `actor`, `method` |
//! | `actor_panics_total` | counter: handlers that panicked | `actor`, `method` |
//! | `actor_restarts_total` | counter: restarts, whether or not they succeeded | `actor` |
//! | `actor_exits_total` | counter: actors that ended | `actor`, `orderly` |
//! | `actor_mailbox_depth` | gauge: messages in mailboxes | `actor` |
//! | `actor_queue_seconds` | histogram: time from sending to handling | `actor`, `method` |
//! | `actor_handle_seconds` | histogram: duration of a handler, including its waits | `actor`, `method` |

use std::{future::Future, time::Duration};

use crate::exit::ExitReason;

/// Recorded with a message when it is sent.
#[derive(Clone)]
pub(crate) struct Trace {
    #[cfg(feature = "tracing")]
    caller: tracing::Span,
    #[cfg(feature = "metrics")]
    sent: std::time::Instant,
}

impl Trace {
    /// Captures the current span and time.
    pub(crate) fn here() -> Self {
        Self {
            #[cfg(feature = "tracing")]
            caller: tracing::Span::current(),
            #[cfg(feature = "metrics")]
            sent: std::time::Instant::now(),
        }
    }
}

/// Runs the life of an actor, which has a span that is open until the actor ends.
///
/// That span is a parent of others, and is never entered: it would gather all that is logged in it until the
/// end of the actor.
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
        lives::Living::new(span, life)
    };
    life
}

/// Which actor's life the thread runs.
#[cfg(feature = "tracing")]
mod lives {
    use std::{
        cell::RefCell,
        future::Future,
        pin::Pin,
        task::{Context, Poll},
    };

    use pin_project_lite::pin_project;
    use tracing::Span;

    // std's, because the models are without this feature.
    std::thread_local! {
        static CURRENT: RefCell<Span> = const { RefCell::new(Span::none()) };
    }

    /// The span of the life that runs.
    pub(super) fn current() -> Span {
        CURRENT.with_borrow(Span::clone)
    }

    pin_project! {
        pub(super) struct Living<F> {
            #[pin]
            life: F,
            span: Span,
        }
    }

    impl<F> Living<F> {
        pub(super) fn new(span: Span, life: F) -> Self {
            Self { life, span }
        }
    }

    impl<F: Future> Future for Living<F> {
        type Output = F::Output;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
            struct Restore(Span);

            impl Drop for Restore {
                fn drop(&mut self) {
                    CURRENT.with_borrow_mut(|current| std::mem::swap(current, &mut self.0));
                }
            }

            let this = self.project();
            let _restore = Restore(CURRENT.replace(this.span.clone()));
            this.life.poll(cx)
        }
    }
}

/// The span of one life of an actor that is restarted, a child of the actor's span. It is not entered either.
pub(crate) struct LifeSpan {
    #[cfg(feature = "tracing")]
    span: Option<tracing::Span>,
}

impl LifeSpan {
    /// Makes the span of the life with this `number`, if the actor is restarted.
    pub(crate) fn new(number: Option<u64>) -> Self {
        let _ = number;
        Self {
            #[cfg(feature = "tracing")]
            span: number.map(|number| {
                tracing::info_span!(parent: &lives::current(), "actor.life", actor.life = number)
            }),
        }
    }

    /// Runs a part of the life in its span.
    pub(crate) fn of<F: Future>(&self, part: F) -> impl Future<Output = F::Output> + use<F> {
        #[cfg(feature = "tracing")]
        let part = {
            let span = self.span.clone().unwrap_or_else(lives::current);
            lives::Living::new(span, part)
        };
        part
    }
}

/// Records that the factory of an actor is called again, because its last life has ended for `reason`.
pub(crate) fn restarted(actor: &'static str, number: u64, reason: &ExitReason, wait: Duration) {
    let _ = (actor, number, reason, wait);
    #[cfg(feature = "metrics")]
    metrics::counter!("actor_restarts_total", "actor" => actor).increment(1);
    #[cfg(feature = "tracing")]
    tracing::warn!(
        parent: &lives::current(), actor.type = actor, actor.life = number, %reason, ?wait, "restarted"
    );
}

/// The span of an actor's life, for handlers that run inline, outside of it.
#[derive(Clone)]
pub(crate) struct Life {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

impl Life {
    /// For an actor whose loop has not started.
    pub(crate) fn unknown() -> Self {
        Self {
            #[cfg(feature = "tracing")]
            span: tracing::Span::none(),
        }
    }

    /// Captures the span of the life that runs on this thread, in the loop of an actor.
    pub(crate) fn here() -> Self {
        Self {
            #[cfg(feature = "tracing")]
            span: lives::current(),
        }
    }
}

/// Makes the span of a message, as a child of its caller's. If it is disabled, it is its caller's.
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
    if span.is_disabled() {
        return caller.clone();
    }
    span.follows_from(life);
    span
}

/// Makes the span of what an actor does without a caller, as a child of its life's.
#[cfg(feature = "tracing")]
fn own_span(actor: &'static str, hook: &'static str) -> tracing::Span {
    tracing::debug_span!(
        parent: &lives::current(), "actor.hook", actor.type = actor, actor.method = hook,
    )
}

/// Runs a hook in a span of its own.
pub(crate) fn hook<F: Future>(
    actor: &'static str,
    hook: &'static str,
    future: F,
) -> impl Future<Output = F::Output> + use<F> {
    let _ = (actor, hook);
    #[cfg(feature = "tracing")]
    let future = tracing::Instrument::instrument(future, own_span(actor, hook));
    future
}

/// [`hook`] for a function.
pub(crate) fn hook_now<T>(
    actor: &'static str,
    hook: &'static str,
    function: impl FnOnce() -> T,
) -> T {
    let _ = (actor, hook);
    #[cfg(feature = "tracing")]
    let _span = own_span(actor, hook).entered();
    function()
}

/// [`handling`] for a `fn` handler in the loop.
#[inline]
pub(crate) fn handling_now<T>(
    trace: &Trace,
    actor: &'static str,
    method: &'static str,
    handler: impl FnOnce() -> T,
) -> T {
    let _ = (trace, actor, method);
    #[cfg(feature = "tracing")]
    let _span = message_span(&trace.caller, &lives::current(), actor, method).entered();
    #[cfg(feature = "metrics")]
    let timed = Timed::begin(actor, method, trace.sent);
    let output = handler();
    #[cfg(feature = "metrics")]
    timed.end();
    output
}

/// [`handling`] for a `fn` handler that runs inline.
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

/// Runs a handler in a span that is a child of its caller's, and records its metrics.
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
        let span = message_span(&trace.caller, &lives::current(), actor, method);
        tracing::Instrument::instrument(handler, span)
    };
    handler
}

/// Runs an event handler in a span of its own, and records its metrics.
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
        let span = tracing::debug_span!(
            parent: &lives::current(), "actor.event", actor.type = actor, actor.method = method,
        );
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

/// Counts a handler when it starts and records its duration when it ends.
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

/// Adds `change` to the number of messages in mailboxes.
pub(crate) fn depth(actor: &'static str, change: i32) {
    let _ = (actor, change);
    #[cfg(feature = "metrics")]
    metrics::gauge!("actor_mailbox_depth", "actor" => actor).increment(f64::from(change));
}

/// Records a call that was skipped because its caller was dropped, in the span that its message has.
pub(crate) fn skipped(trace: &Trace, actor: &'static str, method: &'static str) {
    let _ = (trace, actor, method);
    #[cfg(feature = "metrics")]
    metrics::counter!("actor_skipped_total", "actor" => actor, "method" => method).increment(1);
    #[cfg(feature = "tracing")]
    let _span = message_span(&trace.caller, &lives::current(), actor, method).entered();
    #[cfg(feature = "tracing")]
    tracing::debug!(
        actor.method = method,
        "skipped: its caller was dropped before the handler started"
    );
}

/// Warns of a source that was ready at very many polls in a row.
pub(crate) fn busy(actor: &'static str, method: &'static str) {
    let _ = (actor, method);
    #[cfg(feature = "tracing")]
    tracing::warn!(
        actor.type = actor,
        actor.method = method,
        "busy: this source is ready at every poll; if it has ended, disable it with a guard"
    );
}

/// Records a handler that panicked.
pub(crate) fn panicked(actor: &'static str, method: &'static str, message: &str) {
    let _ = (actor, method, message);
    #[cfg(feature = "metrics")]
    metrics::counter!("actor_panics_total", "actor" => actor, "method" => method).increment(1);
    #[cfg(feature = "tracing")]
    tracing::error!(actor.type = actor, actor.method = method, panic = message, "panicked");
}

/// Records the end of an actor.
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

/// Formats the report of a call that was dropped after it was sent and before its result was read.
#[cfg(all(debug_assertions, not(shuttle)))]
pub(crate) fn dropped_text(
    method: crate::error::Method,
    place: &'static std::panic::Location<'static>,
    times: u64,
) -> String {
    let name = method.name();
    let repeated = match times {
        1 => String::new(),
        _ => format!(" ({times} times so far)"),
    };
    format!(
        "a call of `{method}`, made at {place}, was dropped before its answer was read{repeated}: its \
         handler may or may not run, and its answer is lost\n\
         help: to wait no longer than `d`, use `handle.{name}(..).timeout(d)`; to go on waiting later, keep \
         the call, `let mut answer = handle.{name}(..).sent().await?` and then `&mut answer`; or mark the \
         handler `#[cancel_safe]`"
    )
}

/// Reports a call that was dropped after it was sent and before its result was read. `times` is the number
/// of calls of this place that were dropped so far.
#[cfg(all(debug_assertions, not(shuttle)))]
pub(crate) fn dropped(
    method: crate::error::Method,
    place: &'static std::panic::Location<'static>,
    times: u64,
) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        actor.type = method.actor(),
        actor.method = method.name(),
        call.place = %place,
        call.times = times,
        "a call was dropped before its answer was read: its handler may or may not run; see `timeout`"
    );
    #[cfg(not(feature = "tracing"))]
    eprintln!("warning: {}", dropped_text(method, place, times));
}
