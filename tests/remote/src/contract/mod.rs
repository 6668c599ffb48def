//! The promises. Each is a function of an engine, and [`contract!`](crate::contract!) makes a test of each.

mod calls;
mod ends;
mod evolution;
mod mailboxes;
mod panics;
mod streams;
mod times;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actor_remote::{Link, RemoteErrorKind as Kind, RemoteHandle};
use actor_runtime::Scope;

pub use self::{calls::*, ends::*, evolution::*, mailboxes::*, panics::*, streams::*, times::*};
use crate::{
    Transport,
    actors::{Desk, DeskHandle, DeskRemote, Gate},
};

/// A desk that is served, and the way to it from elsewhere.
pub(crate) struct Served {
    pub(crate) scope: Scope,
    pub(crate) local: DeskHandle,
    pub(crate) remote: DeskRemote,
    pub(crate) gate: Arc<Gate>,
    /// Where it is served.
    pub(crate) there: Link,
    /// Where it is called.
    pub(crate) here: Link,
}

impl Served {
    pub(crate) async fn desk(transport: &impl Transport) -> Self {
        let (there, here) = (transport.link().await, transport.link().await);
        Self::over(transport, there, here).await
    }

    pub(crate) async fn over(transport: &impl Transport, there: Link, here: Link) -> Self {
        let scope = Scope::new();
        let desk = Desk::default();
        let gate = desk.gate.clone();
        let local: DeskHandle = scope.spawn(desk);
        let name = name();
        there.serve(&name, &local, &scope).await.expect("it can be served");
        reachable(transport, &here, &name).await;
        let remote: DeskRemote = here.find(&name);
        Self { scope, local, remote, gate, there, here }
    }

    pub(crate) fn name(&self) -> String {
        self.remote.name().to_owned()
    }
}

/// Waits until it is known at `here` that the name is served, on an engine that takes its time for that.
pub(crate) async fn reachable<T: Transport>(_: &T, here: &Link, name: &str) {
    if T::TELLS_WHO_ENDS {
        return;
    }
    for _ in 0..500 {
        let remote: DeskRemote = here.find(name);
        match remote.tickets().await {
            Err(error) if matches!(error.kind(), Kind::Unreachable | Kind::Lost) => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            // An actor of another type answers, too.
            Ok(_) | Err(_) => return,
        }
    }
    panic!("`{name}` is not known after five seconds");
}

/// A name that no other test has.
pub(crate) fn name() -> String {
    static LAST: AtomicUsize = AtomicUsize::new(0);
    let number = LAST.fetch_add(1, Ordering::Relaxed);
    format!("desk-{}.{number}", std::process::id())
}

/// Makes a test of each promise, on the [`Transport`] that `transport` evaluates to.
#[macro_export]
macro_rules! contract {
    ($transport:expr) => {
        $crate::contract! { @ $transport =>
            every_kind_of_argument_and_answer
            json_gives_the_same
            nobody_is_unreachable
            casts_arrive_in_order
            many_callers
            a_panic_is_told_without_its_text
            an_answer_that_never_comes
            an_invalid_name
            what_is_too_large
            a_full_mailbox_holds_callers_back
            try_call_says_that_it_is_full
            full_until_the_deadline
            a_dropped_call_does_not_begin
            a_dropped_call_ends_a_marked_body
            a_thousand_dropped_calls_leave_nothing
            an_unread_answer_comes_back
            a_deadline_is_kept_on_both_sides
            late_messages_are_not_begun
            limits_of_any_length
            retries_until_somebody_serves
            only_idempotent_calls_are_repeated_when_in_doubt
            a_process_that_dies_is_noticed
            calls_under_way_are_answered_at_the_end
            a_stopped_actor_is_unreachable
            a_final_handler
            a_group_shares_the_calls
            exited_completes
            a_stream_is_read_to_its_end
            a_slow_reader_holds_the_handler_back
            a_dropped_stream_is_told
            a_stream_that_panics
            a_stream_whose_reader_dies
            a_stream_whose_server_dies
            an_added_argument_and_an_added_handler
            other_arguments_and_other_answers
            what_panics_when_it_is_read
            what_panics_when_it_is_written
            what_panics_when_it_is_dropped
        }
    };
    (@ $transport:expr => $($promise:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() {
                let Some(transport) = $transport.await else { return };
                $crate::contract::$promise(&transport).await;
            }
        )*
    };
}
