//! Calls and casts that nothing goes wrong with, and those that cannot be answered.

use actor_remote::{Codec, RemoteErrorKind as Kind};

use super::{Served, mailboxes::until};
use crate::{Transport, actors::DeskRemote};

/// Arguments by value and by reference, optional ones, and answers of all kinds.
pub async fn every_kind_of_argument_and_answer(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let Served { remote, .. } = &served;
    all_kinds(remote).await;
}

/// The codec makes no difference.
pub async fn json_gives_the_same(transport: &impl Transport) {
    let (there, here) = (transport.link().await, transport.link().await.codec(Codec::Json));
    let served = Served::over(transport, there, here).await;
    let Served { remote, .. } = &served;
    all_kinds(remote).await;
}

async fn all_kinds(remote: &DeskRemote) {
    let echo = remote.echo("a \"text\" {", vec![1, u64::MAX], Some(-3)).await;
    assert_eq!(echo, Ok(("a \"text\" {".to_owned(), vec![1, u64::MAX], Some(-3))));
    assert_eq!(remote.echo("", vec![], None).await, Ok((String::new(), vec![], None)));
    assert_eq!(remote.divide(7, 2).await, Ok(Ok(3)));
    assert_eq!(remote.divide(7, 0).await, Ok(Err("division by zero".to_owned())));
    assert_eq!(remote.run(1).await, Ok(()));
    assert_eq!(remote.run(2).one_reply().await, Ok(()));
    assert_eq!(remote.ran().await, Ok(vec![1, 2]));
    assert_eq!(remote.later().await, Ok(7));
}

/// Nobody serves the name: an error at once, and nothing was done.
pub async fn nobody_is_unreachable(transport: &impl Transport) {
    let here = transport.link().await;
    let remote: DeskRemote = here.find("nobody.here");
    let error = remote.run(1).await.expect_err("nobody serves it");
    assert_eq!(error.kind(), &Kind::Unreachable);
    assert!(error.is_safe_to_retry());
    assert_eq!(error.to_string(), "`run` of `nobody.here`: nobody serves this name");
    assert_eq!(here.stats().waiting, 0);
}

/// Casts of one handle arrive in the order in which they were sent.
pub async fn casts_arrive_in_order(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let Served { remote, local, .. } = &served;
    for number in 0..100 {
        remote.run(number).cast().await.expect("it was sent");
        // The mailbox has room for two, and casts do not wait for room.
        while local.ran().await.expect("it runs").len() as u64 <= number {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(local.ran().await.expect("it runs"), (0..100).collect::<Vec<_>>());
}

/// Many callers at the same time: each gets its own answer, although the mailbox has room for two.
pub async fn many_callers(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let Served { remote, here, there, .. } = &served;
    let callers = (0..64_u64).map(|caller| {
        let remote = remote.clone();
        tokio::spawn(async move {
            for number in 0..50 {
                assert_eq!(
                    remote.divide(caller * 100 + number, 1).await,
                    Ok(Ok(caller * 100 + number))
                );
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.expect("it is answered");
    }
    until(|| (here.stats().waiting, there.stats().serving) == (0, 0)).await;
}

/// Callers learn of a panic, and of its text only where it is shown.
pub async fn a_panic_is_told_without_its_text(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let Served { remote, .. } = &served;
    let error = remote.panic("secret".to_owned()).await.expect_err("it panics");
    assert_eq!(error.kind(), &Kind::Panicked { message: None });
    assert!(!error.is_safe_to_retry());

    let (there, here) = (transport.link().await.show_panics(true), transport.link().await);
    let served = Served::over(transport, there, here).await;
    let Served { remote, .. } = &served;
    let error = remote.panic("shown".to_owned()).await.expect_err("it panics");
    assert_eq!(error.kind(), &Kind::Panicked { message: Some("shown".to_owned()) });
}

/// A handler that drops its reply.
pub async fn an_answer_that_never_comes(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let Served { remote, .. } = &served;
    let error = remote.ignore().await.expect_err("it does not answer");
    assert_eq!(error.kind(), &Kind::Unanswered);
    assert!(!error.is_safe_to_retry());
}

/// A name that engines could take for something else.
pub async fn an_invalid_name(transport: &impl Transport) {
    let served = Served::desk(transport).await;
    let Served { there, local, scope, here, .. } = &served;
    for name in ["", "a..b", "a.*", ">", "a b", ".a", "a.", "a\r\nb", "ä"] {
        let error = there.serve(name, local, scope).await.expect_err("it is refused");
        assert!(error.to_string().contains("is not a name"), "{error}");
        let remote: DeskRemote = here.find(name);
        let error = remote.run(1).await.expect_err("it is refused");
        assert_eq!(error.kind(), &Kind::InvalidName);
        assert!(remote.run(1).cast().await.is_err());
    }
    assert_eq!(local.ran().await.expect("it runs"), Vec::<u64>::new());
}

/// Requests are refused before they are sent, and answers before they are.
pub async fn what_is_too_large(transport: &impl Transport) {
    let (there, here) = (transport.link().await, transport.link().await);
    let served = Served::over(transport, there.max_message(10_000), here).await;
    let Served { remote, here, .. } = &served;
    assert_eq!(remote.length(vec![1; 1000]).await, Ok(1000));
    let error = remote.length(vec![1; 20_000]).await.expect_err("the other side refuses it");
    assert!(matches!(error.kind(), Kind::Undecodable { .. }), "{error}");
    assert!(error.is_safe_to_retry());
    let error = remote.bytes(20_000).await.expect_err("the other side cannot send it");
    assert!(matches!(error.kind(), Kind::Unreadable { .. }), "{error}");
    assert!(error.to_string().contains("10000 are allowed"), "{error}");
    let small: DeskRemote = here.clone().max_message(100).find(&served.name());
    let error = small.length(vec![1; 1000]).await.expect_err("it is too large");
    assert!(matches!(error.kind(), Kind::TooLarge { limit: 100, .. }), "{error}");
    let error = small.bytes(1000).await.expect_err("the answer is too large");
    assert!(matches!(error.kind(), Kind::Unreadable { .. }), "{error}");
}
