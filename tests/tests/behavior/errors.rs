//! Errors: their texts, their sources, and that `unwrap` requires no traits of user types.

use std::{error::Error, io, time::Duration};

use actor_runtime::{
    ActorHandle, CallError, CallErrorKind, ExitReason, SendError, StartError, TrySendError, actor,
};

use crate::support::{Gate, Log, Probe, now, outcome, pending, ready, rig, said};

/// Implements neither `Debug` nor `Clone` nor anything else.
struct Opaque(u8);

/// Takes and returns values without traits.
struct Vault;

#[actor(mailbox = 1)]
impl Vault {
    /// Returns the item.
    pub(crate) fn pass(&self, item: Opaque) -> Opaque {
        item
    }

    /// Runs the task, which is not `Sync`.
    pub(crate) fn run(&self, task: Box<dyn FnOnce() + Send>) {
        task();
    }
}

/// The item in a message of `pass`.
fn passed(message: VaultMessage) -> Option<u8> {
    match message {
        VaultMessage::Pass { item, .. } => Some(item.0),
        VaultMessage::Run { .. } => None,
    }
}

#[test]
fn unwrap_requires_no_traits_of_user_types() {
    let (vault, mut actor) = rig(Vault);
    let mut call = pending(vault.pass(Opaque(7)));
    assert_eq!(format!("{:?}", vault.pass(Opaque(1)).try_cast().unwrap_err()), "Full(Vault::pass)");
    actor.turn();
    assert_eq!(ready(&mut call).map_err(|error| error.to_string()).ok().unwrap().0, 7);
    drop(call);
    let answer = vault.pass(Opaque(8)).try_call().unwrap();
    let message = vault.pass(Opaque(9)).try_cast().unwrap_err().into_inner();
    assert_eq!(format!("{message:?}"), "pass");
    drop(answer);
    actor.drop_loop();
    assert_eq!(
        format!("{:?}", vault.pass(Opaque(1)).cast_now().unwrap_err()),
        "Closed(Vault::pass)"
    );
    assert_eq!(
        format!("{:?}", now(vault.pass(Opaque(1)).cast()).unwrap_err()),
        "Closed(Vault::pass)"
    );
    let message = now(vault.pass(Opaque(3)).sent()).unwrap_err().into_inner();
    assert_eq!(passed(message), Some(3));
}

#[test]
fn a_refused_message_can_be_matched_by_name() {
    let (vault, _actor) = rig(Vault);
    vault.pass(Opaque(1)).try_cast().unwrap();
    match vault.pass(Opaque(2)).try_cast() {
        Err(TrySendError::Full(unsent)) => assert_eq!(passed(unsent.into_inner()), Some(2)),
        other => panic!("{other:?}"),
    }
}

type BoxError = Box<dyn Error + Send + Sync>;

/// Each way to send that fails at once, with its error in a box.
fn refused_in_every_way(vault: &VaultHandle) -> Vec<BoxError> {
    fn failed<T, E: Into<BoxError>>(outcome: Result<T, E>) -> BoxError {
        outcome.map_or_else(Into::into, |_| panic!("sent"))
    }
    vec![
        failed(now(vault.pass(Opaque(1)))),
        failed(now(vault.pass(Opaque(1)).cast())),
        failed(now(vault.pass(Opaque(1)).sent())),
        failed(vault.pass(Opaque(1)).cast_now()),
        failed(vault.pass(Opaque(1)).try_cast()),
        failed(vault.pass(Opaque(1)).try_call()),
        failed(vault.pass(Opaque(1)).cast_blocking()),
        failed(vault.pass(Opaque(1)).blocking()),
    ]
}

#[test]
fn errors_of_sends_can_be_boxed_whatever_other_handlers_take() {
    let (vault, mut actor) = rig(Vault);
    vault.run(Box::new(|| {})).try_cast().unwrap();
    let full: BoxError = vault.pass(Opaque(1)).try_cast().unwrap_err().into();
    assert_eq!(full.to_string(), "`Vault::pass` was not accepted: the mailbox is full");
    let full: BoxError = vault.run(Box::new(|| {})).try_call().unwrap_err().into();
    assert_eq!(full.to_string(), "`Vault::run` was not accepted: the mailbox is full");
    actor.drop_loop();
    for error in refused_in_every_way(&vault) {
        assert_eq!(error.to_string(), "`Vault::pass` was not accepted: the actor has stopped");
        assert!(error.source().is_none());
    }
}

#[test]
fn errors_of_sends_name_their_handler() {
    let (vault, mut actor) = rig(Vault);
    actor.drop_loop();
    let cast = now(vault.pass(Opaque(1)).cast()).unwrap_err();
    let tried = vault.run(Box::new(|| {})).try_cast().unwrap_err();
    assert_eq!((cast.method().actor(), cast.method().name()), ("Vault", "pass"));
    assert_eq!((tried.method().actor(), tried.method().name()), ("Vault", "run"));
    assert_eq!(format!("{cast:?} {tried:?}"), "Closed(Vault::pass) Closed(Vault::run)");
    let SendError::Closed(unsent) = cast else { panic!("closed") };
    assert_eq!(format!("{unsent:?} {}", unsent.method()), "Vault::pass Vault::pass");
    assert_eq!(passed(unsent.into_inner()), Some(1));
}

#[test]
fn errors_through_an_ended_lease_say_so() {
    let (vault, mut actor) = rig(Vault);
    let mut asked = pending(vault.lease());
    actor.turn();
    let lease = ready(&mut asked).unwrap();
    let through = lease.clone();
    through.pass(Opaque(0)).try_cast().unwrap();
    let mut waits = pending(through.pass(Opaque(1)));
    let mut cast_waits = pending(through.pass(Opaque(1)).cast());
    drop(lease);
    actor.turn();
    let mut errors: Vec<BoxError> = refused_in_every_way(&through);
    errors.push(ready(&mut waits).err().unwrap().into());
    errors.push(ready(&mut cast_waits).unwrap_err().into());
    assert_eq!(errors.len(), 10);
    for error in errors {
        assert_eq!(error.to_string(), "`Vault::pass` was not accepted: the lease has ended");
        if let Some(error) = error.downcast_ref::<CallError>() {
            assert_eq!(*error.kind(), CallErrorKind::LeaseEnded);
            assert!(error.is_safe_to_retry());
        }
    }
    let asked = now(through.lease()).unwrap_err();
    assert_eq!(asked.to_string(), "`Vault::lease` was not accepted: the lease has ended");
    assert_eq!(
        format!("{:?}", through.pass(Opaque(1)).try_cast().unwrap_err()),
        "LeaseEnded(Vault::pass)"
    );
    // The actor's own end comes first.
    actor.drop_loop();
    for error in refused_in_every_way(&through) {
        assert_eq!(error.to_string(), "`Vault::pass` was not accepted: the actor has stopped");
    }
}

fn is_error<E: Error + Send + Sync + 'static>(_: &E) {}

#[tokio::test(start_paused = true)]
async fn call_errors_name_actor_and_handler() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    let mut forgotten = pending(probe.forget());
    let mut gone = pending(probe.fail("oh"));
    let mut queued = pending(probe.note(1));
    let late = now(probe.note(1).timeout(Duration::ZERO)).unwrap_err();
    actor.turn();
    let refused = now(probe.note(1)).unwrap_err();
    let errors = [
        ready(&mut forgotten).unwrap_err(),
        ready(&mut gone).unwrap_err(),
        ready(&mut queued).unwrap_err(),
        late,
        refused,
    ];
    let expected = [
        ("forget", "`Probe::forget` dropped its reply without answering", false),
        ("fail", "`Probe::fail` panicked: oh", false),
        ("note", "the actor stopped before it answered `Probe::note`", false),
        ("note", "`Probe::note` did not answer within 0ns", true),
        ("note", "`Probe::note` was not accepted: the actor has stopped", true),
    ];
    for (error, (name, text, is_harmless)) in errors.iter().zip(expected) {
        is_error(error);
        assert_eq!((error.method().actor(), error.method().name()), ("Probe", name));
        assert_eq!(error.to_string(), text);
        assert_eq!(error.is_safe_to_retry(), is_harmless, "{error}");
        assert!(error.source().is_none());
        assert_eq!(error.clone(), *error);
        assert_eq!(format!("{:?}", error.method()), format!("Probe::{name}"));
    }
}

#[test]
fn a_handlers_own_error_is_separate_from_the_call_error() {
    struct Disk;
    #[actor]
    impl Disk {
        /// Fails.
        pub(crate) async fn flush(&self) -> io::Result<()> {
            Err(io::Error::other("no space"))
        }
    }
    let (disk, mut actor) = rig(Disk);
    let mut call = pending(disk.flush());
    actor.turn();
    let answer: Result<io::Result<()>, CallError> = ready(&mut call);
    assert_eq!(answer.unwrap().unwrap_err().to_string(), "no space");
    let mut call = pending(disk.flush());
    actor.turn();
    assert_eq!(outcome(&mut call), "answered Err(Custom { kind: Other, error: \"no space\" })");
    actor.drop_loop();
    assert_eq!(said(now(disk.flush())), "`Disk::flush` was not accepted: the actor has stopped");
}

#[test]
fn start_errors_have_a_source() {
    let failed = StartError::Failed(io::Error::new(io::ErrorKind::NotFound, Inner));
    assert_eq!(failed.to_string(), "the actor failed to start: the reason");
    let no_thread = StartError::<io::Error>::NoThread(io::Error::other("out of threads"));
    assert_eq!(no_thread.to_string(), "the system gave no thread for the actor");
    assert_eq!(no_thread.source().unwrap().to_string(), "out of threads");
    let panicked = StartError::<io::Error>::Panicked("oh".into());
    assert_eq!(panicked.to_string(), "the actor panicked while it started: oh");
    let aborted = StartError::<io::Error>::Aborted;
    assert_eq!(aborted.to_string(), "the actor was aborted while it started");
    assert!(panicked.source().is_none() && aborted.source().is_none());
}

/// The source of an error.
#[derive(Debug)]
struct Inner;

impl std::fmt::Display for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the reason")
    }
}

impl Error for Inner {}

#[test]
fn exit_reasons_have_a_text() {
    let gate = Gate::default();
    gate.open();
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    probe.finish(gate).try_cast().unwrap();
    assert_eq!(actor.reason(), "finished by `Probe::finish`");
    for (reason, text, is_orderly) in [
        (ExitReason::HandlesDropped, "the last handle was dropped", true),
        (ExitReason::Shutdown, "shut down", true),
        (ExitReason::Aborted, "aborted", false),
        (ExitReason::StartFailed, "failed to start", false),
    ] {
        assert_eq!((reason.to_string().as_str(), reason.is_orderly()), (text, is_orderly));
    }
}

#[test]
fn debug_output_requires_no_traits_of_user_types() {
    let (vault, actor) = rig(Vault);
    assert_eq!(format!("{vault:?}"), "VaultHandle(Handle { actor: \"Vault\", .. })");
    let call = vault.pass(Opaque(1));
    assert_eq!(format!("{call:?}"), "Call { actor: \"Vault\", state: \"not sent\" }");
    let answer = call.try_call().unwrap();
    assert_eq!(format!("{answer:?}"), "Answer { method: Vault::pass, .. }");
    drop(actor);
}
