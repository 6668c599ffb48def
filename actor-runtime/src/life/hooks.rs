//! The hooks of an actor, and the handler that takes it: what runs around its other handlers.
//!
//! A panic in a hook ends the actor, whatever [`OnPanic`](crate::OnPanic) says.

use std::{
    future::poll_fn,
    marker::PhantomData,
    pin::{Pin, pin},
    sync::Arc as StdArc,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use crate::{
    catch::caught,
    error::{Failure, Method},
    exit::ExitReason,
    life::{
        abort::{Interruptible, interruptible, unless_aborted},
        actor::Actor,
        drive::Drive,
        message_loop::Loop,
        resident::Resident,
        run::panic_reason,
    },
    mailbox::Shared,
    observe::{self, Trace},
    slot::message::Message,
    sync::bug,
    thread::{batch, current},
};

/// How `#[on_idle]` ran.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum IdleHook {
    /// Within one poll of the loop, or it had no reason to run.
    Immediate,
    /// Over several polls.
    Suspended,
}

impl<A: Drive> Loop<'_, A> {
    /// Runs `#[on_start]`.
    pub(super) async fn start(&mut self) -> Result<(), (ExitReason, Option<A::StartError>)> {
        let Some(Resident { actor, context, .. }) = self.actor.as_deref_mut() else {
            return Ok(());
        };
        match run_hook::<A, OnStart, _>(self.shared, actor.on_start(context)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err((ExitReason::StartFailed, Some(error))),
            Err(message) => Err((hook_panicked::<A>("on_start", message), None)),
        }
    }

    /// Runs `#[on_idle]`, if a message was handled since it last ran.
    pub(super) async fn idle(&mut self) -> Result<IdleHook, ExitReason> {
        if !A::HAS_ON_IDLE {
            return Ok(IdleHook::Immediate);
        }
        unless_aborted(self.shared).await;
        let actor = self.actor.as_deref_mut().filter(|_| !self.was_idle);
        let Some(Resident { actor, context, .. }) = actor else {
            return Ok(IdleHook::Immediate);
        };
        self.was_idle = true;
        let mut hook = IdleHook::Immediate;
        let idle = run_hook::<A, OnIdle, _>(self.shared, actor.on_idle(context));
        let mut idle = pin!(idle);
        let outcome = poll_fn(|cx| {
            let outcome = idle.as_mut().poll(cx);
            if outcome.is_pending() {
                hook = IdleHook::Suspended;
            }
            outcome
        });
        let outcome = outcome.await;
        if hook == IdleHook::Suspended {
            // The mailbox that is looked at next may be that of a lease.
            self.shared.end_hook();
        }
        current::handler_over(self.shared.id());
        match outcome {
            Ok(()) => Ok(hook),
            Err(message) => Err(hook_panicked::<A>("on_idle", message)),
        }
    }

    /// Runs `#[on_release]`.
    pub(super) async fn release(&mut self) -> Result<(), ExitReason> {
        if bug("a lease ends without its hook") {
            return Ok(());
        }
        unless_aborted(self.shared).await;
        let Some(Resident { actor, context, .. }) = self.actor.as_deref_mut() else {
            return Ok(());
        };
        // `#[on_idle]` may have to flush what the hook writes.
        self.was_idle = false;
        match run_hook::<A, OnRelease, _>(self.shared, actor.on_release(context)).await {
            Ok(()) => Ok(()),
            Err(message) => Err(hook_panicked::<A>("on_release", message)),
        }
    }

    /// Runs `#[on_stop]`, if the end is in order and no final handler took the actor.
    pub(super) async fn stop(&mut self, reason: ExitReason) -> ExitReason {
        if !reason.is_orderly() || self.actor.is_none() {
            return reason;
        }
        unless_aborted(self.shared).await;
        let Some(Resident { actor, context, .. }) = self.actor.as_deref_mut() else {
            return reason;
        };
        match run_hook::<A, OnStop, _>(self.shared, actor.on_stop(context)).await {
            // The hook may have answered calls.
            Ok(()) => self.reclaim_unread().await.err().unwrap_or(reason),
            Err(message) => hook_panicked::<A>("on_stop", message),
        }
    }

    /// Runs a final handler, which takes the actor. All other queued messages are refused.
    pub(super) async fn finish(
        &mut self,
        method: &'static str,
        address: Option<usize>,
        message: A::Message,
        trace: Trace,
    ) -> ExitReason {
        self.put_back();
        self.shared.seal();
        batch::end();
        let finished = ExitReason::Finished(Method::new(A::Message::ACTOR, method));
        if let Err(reason) = self.reclaim_unread().await {
            message.envelope().stopped();
            return reason;
        }
        let Some(resident) = self.actor.take() else {
            return finished;
        };
        let Resident { actor, context, .. } = *resident;
        let handler = interruptible(self.shared, caught(actor.finish(message, &context)));
        let mut handler = pin!(observe::handling(trace, A::Message::ACTOR, method, handler));
        let finishing = poll_fn(|cx| {
            current::finishing(address);
            handler.as_mut().poll(cx)
        });
        let reason = match finishing.await {
            Ok(()) => finished,
            Err(message) => {
                current::fail_unwound(&message, address, &Failure::Stopped);
                self.shared.report_panic(method, &message);
                panic_reason::<A>(method, message)
            }
        };
        batch::end();
        interruptible(self.shared, context.stop_children()).await;
        reason
    }

    /// Shuts down the children, unless a final handler has taken the actor: [`finish`](Self::finish) does that.
    pub(super) async fn stop_children(&mut self) {
        if let Some(Resident { context, .. }) = self.actor.as_deref() {
            interruptible(self.shared, context.stop_children()).await;
        }
    }
}

/// A hook, by its name. A type, since a field would take room in every task.
trait Hook {
    const NAME: &'static str;
}

macro_rules! hooks {
    ($($hook:ident $name:literal)*) => { $(
        enum $hook {}

        impl Hook for $hook {
            const NAME: &'static str = $name;
        }
    )* };
}

hooks! {
    OnStart "on_start"
    OnIdle "on_idle"
    OnRelease "on_release"
    OnStop "on_stop"
}

/// Runs a hook, until it is over or has panicked.
fn run_hook<A: Actor, H: Hook, F: Future>(
    shared: &Shared<A::Message>,
    future: F,
) -> impl Future<Output = Result<F::Output, StdArc<str>>> {
    let future = interruptible(shared, caught(future));
    observe::hook(A::Message::ACTOR, H::NAME, Running { future, hook: PhantomData::<H> })
}

pin_project! {
    /// A running hook. While it waits, the statistics have its name.
    struct Running<'a, M: Message, H, F> {
        #[pin]
        future: Interruptible<'a, M, F>,
        hook: PhantomData<H>,
    }
}

impl<M: Message, H: Hook, F: Future> Future for Running<'_, M, H, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let shared = self.future.shared;
        let outcome = self.project().future.poll(cx);
        if outcome.is_pending() {
            shared.wait_in_hook(H::NAME);
        }
        outcome
    }
}

/// Completes the calls whose replies the hook was holding, and returns the reason to end.
pub(super) fn hook_panicked<A: Actor>(hook: &'static str, message: StdArc<str>) -> ExitReason {
    current::fail_unwound(&message, None, &Failure::Stopped);
    panic_reason::<A>(hook, message)
}
