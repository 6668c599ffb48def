//! Errors: their texts, their sources, and that `unwrap` requires no traits of user types.

use std::{error::Error, io, time::Duration};

use actor_runtime::{CallError, ExitReason, SendError, StartError, TrySendError, actor};

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
}

fn is_error<E: Error + Send + Sync + 'static>(_: &E) {}

#[test]
fn unwrap_requires_no_traits_of_user_types() {
    let (vault, mut actor) = rig(Vault);
    let mut call = pending(vault.pass(Opaque(7)));
    assert_eq!(format!("{:?}", vault.pass(Opaque(1)).try_cast().unwrap_err()), "Full(..)");
    actor.turn();
    assert_eq!(ready(&mut call).map_err(|error| error.to_string()).ok().unwrap().0, 7);
    drop(call);
    let answer = vault.pass(Opaque(8)).try_call().unwrap();
    let message = vault.pass(Opaque(9)).try_cast().unwrap_err().into_inner();
    assert_eq!(format!("{message:?}"), "pass");
    drop(answer);
    actor.drop_loop();
    assert_eq!(format!("{:?}", vault.pass(Opaque(1)).cast_now().unwrap_err()), "Closed(..)");
    assert_eq!(format!("{:?}", now(vault.pass(Opaque(1)).cast()).unwrap_err()), "Closed(..)");
    let VaultMessage::Pass { item, .. } =
        now(vault.pass(Opaque(3)).sent()).unwrap_err().into_inner();
    assert_eq!(item.0, 3);
}

#[test]
fn a_refused_message_can_be_matched_by_name() {
    let (vault, _actor) = rig(Vault);
    vault.pass(Opaque(1)).try_cast().unwrap();
    match vault.pass(Opaque(2)).try_cast() {
        Err(TrySendError::Full(VaultMessage::Pass { item, .. })) => assert_eq!(item.0, 2),
        other => panic!("{other:?}"),
    }
}

#[test]
fn send_errors_can_be_boxed() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    actor.drop_loop();
    let cast = now(probe.note(1).cast()).unwrap_err();
    let tried = probe.note(1).try_cast().unwrap_err();
    is_error(&cast);
    is_error(&tried);
    assert!(cast.source().is_none() && tried.source().is_none());
    assert_eq!(
        SendError::WouldDeadlock(()).to_string(),
        concat!(
            "the message was not accepted: ",
            "its actor would wait for its sender, which waits for room",
        )
    );
    assert_eq!(format!("{:?}", SendError::WouldDeadlock(())), "WouldDeadlock(..)");
}

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
