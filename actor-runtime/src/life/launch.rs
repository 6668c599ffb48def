//! What happens to an actor before its loop runs: it is made, or fails to be, and its loop gets onto a task
//! or a thread.
//!
//! Only this file starts tokio tasks and threads for actors.

use std::{
    future::Future,
    io, mem,
    pin::Pin,
    sync::Arc as StdArc,
    task::{Context, Poll, ready},
    thread,
};

use pin_project_lite::pin_project;

use crate::{
    catch::catch,
    error::Method,
    exit::ExitReason,
    handle::weak::WeakHandle,
    life::{builder::Builder, drive::Drive, run::Mailbox},
    mailbox::Shared,
    slot::message::Message,
    thread::{
        batch,
        block_on::{drive, drive_spinning},
        worker::Worker,
    },
};

pin_project! {
    /// A future whose output is passed to a function.
    ///
    /// An `async` block would be twice as large, since it keeps a future that it has captured beside
    /// the same future being awaited. Every actor pays for the size of its task.
    pub(super) struct Map<F, T> {
        // Dropped before `f`, so that nothing is left of the actor when its reply is dropped.
        #[pin]
        future: F,
        f: Option<T>,
    }
}

pub(super) fn map<F: Future, T: FnOnce(F::Output)>(future: F, f: T) -> Map<F, T> {
    Map { future, f: Some(f) }
}

impl<F: Future, T: FnOnce(F::Output)> Future for Map<F, T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let output = ready!(this.future.poll(cx));
        if let Some(f) = this.f.take() {
            f(output);
        }
        Poll::Ready(())
    }
}

impl Builder {
    #[track_caller]
    pub(super) fn task(&self, actor: &str, run: impl Future<Output = ()> + Send + 'static) {
        // Names are shown by tokio-console. Tokio supports them only with `tokio_unstable`.
        let name = self.name.as_deref().unwrap_or(actor);
        #[cfg(all(tokio_unstable, feature = "tracing"))]
        {
            let task = tokio::task::Builder::new().name(name);
            let spawned = match &self.runtime {
                Some(runtime) => task.spawn_on(run, runtime),
                None => task.spawn(run),
            };
            spawned.expect("tokio should be able to spawn a named task");
        }
        #[cfg(not(all(tokio_unstable, feature = "tracing")))]
        {
            let _ = name;
            match &self.runtime {
                Some(runtime) => drop(runtime.spawn(run)),
                None => drop(tokio::spawn(run)),
            }
        }
    }

    #[track_caller]
    pub(super) fn local_task(&self, run: impl Future + 'static) {
        tokio::task::spawn_local(map(run, drop));
    }

    /// Calls `run` on a new thread.
    pub(super) fn thread<A>(
        &self,
        mut mailbox: Mailbox<A>,
        run: impl FnOnce(Mailbox<A>, StdArc<Worker>) + Send + 'static,
    ) -> io::Result<()>
    where
        A: Drive<StartError: Send>,
        A::Message: Message<AtRest: Send> + Send,
    {
        let mut thread = thread::Builder::new()
            .name(self.name.as_deref().unwrap_or(A::Message::ACTOR).to_owned());
        if let Some(bytes) = self.stack_size {
            thread = thread.stack_size(bytes);
        }
        mailbox.batch = self.batch;
        let runtime = self.runtime.clone().or_else(|| tokio::runtime::Handle::try_current().ok());
        let worker = Worker::within(runtime.as_ref());
        thread.spawn(move || {
            let _entered = runtime.as_ref().map(tokio::runtime::Handle::enter);
            run(mailbox, worker);
        })?;
        Ok(())
    }
}

impl<A: Drive> Mailbox<A> {
    /// Returns the actor that `make` returns. If it panics instead, the mailbox ends: `make` may have left
    /// handles to it elsewhere.
    pub(super) fn make(&self, make: impl FnOnce(WeakHandle<A::Handle>) -> A) -> A {
        let unmade = EndOnDrop(&self.shared);
        let actor = make(WeakHandle(self.shared.clone()));
        mem::forget(unmade);
        actor
    }

    /// Makes an actor on the current thread, which is its own, and runs it. If it cannot be made, its mailbox
    /// ends.
    pub(super) fn make_here<T>(
        self,
        make: impl FnOnce(WeakHandle<A::Handle>) -> Result<T, A::StartError>,
        run: impl FnOnce(Self, T),
    ) {
        let me = WeakHandle(self.shared.clone());
        match catch(|| make(me)) {
            Ok(Ok(made)) => run(self, made),
            Ok(Err(error)) => self.fail_start(error),
            Err(message) => self.fail_with_panic(message),
        }
    }

    /// Makes an actor on the current thread, which is its own, and runs its loop to completion.
    pub(super) fn make_and_run_here(
        self,
        worker: StdArc<Worker>,
        make: impl FnOnce(WeakHandle<A::Handle>) -> Result<A, A::StartError>,
    ) {
        self.make_here(make, |mailbox, actor| {
            mailbox.run_here(worker, |mailbox| mailbox.run(actor));
        });
    }

    /// Runs a loop to completion on the current thread, which is its own.
    pub(super) fn run_here<F: Future>(self, worker: StdArc<Worker>, run: impl FnOnce(Self) -> F) {
        if self.batch == 0 {
            drop(drive(run(self), worker));
        } else {
            let _holding = batch::hold(self.shared.id());
            drop(drive_spinning(run(self), worker));
        }
    }

    /// Ends an actor whose closure returned an error.
    pub(super) fn fail_start(self, error: A::StartError) {
        self.shared.end(ExitReason::StartFailed);
        if let Some(started) = self.started {
            started.send(Err(error));
        }
    }

    /// Ends an actor whose closure panicked.
    pub(super) fn fail_with_panic(self, message: StdArc<str>) {
        let method = Method::new(A::Message::ACTOR, "make");
        self.shared.end(ExitReason::Panicked { method, message: message.clone() });
        if let Some(started) = self.started {
            started.panicked(message);
        }
    }
}

/// Ends a mailbox when it is dropped.
struct EndOnDrop<'a, M: Message>(&'a Shared<M>);

impl<M: Message> Drop for EndOnDrop<'_, M> {
    fn drop(&mut self) {
        self.0.end(ExitReason::Aborted);
    }
}
