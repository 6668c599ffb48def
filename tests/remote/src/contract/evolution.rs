//! Two versions of an actor.

use actor_remote::{Link, RemoteErrorKind as Kind};
use actor_runtime::{ActorHandle, Scope};

use super::{name, reachable};
use crate::{
    Transport,
    actors::{new, old},
};

async fn served<H: actor_remote::by_hand::Serve>(
    transport: &impl Transport,
    here: &Link,
    there: &Link,
    handle: &H,
    scope: &Scope,
) -> String {
    let name = name();
    there.serve(&name, handle, scope).await.expect("it can be served");
    reachable(transport, here, &name).await;
    name
}

/// An argument that was added is an `Option`, and a handler that was added is not there in the old version.
pub async fn an_added_argument_and_an_added_handler(transport: &impl Transport) {
    let (there, here) = (transport.link().await, transport.link().await);
    let scope = Scope::new();
    let new_meter: new::MeterHandle = scope.spawn(new::Meter::default());
    let old_meter: old::MeterHandle = scope.spawn(old::Meter::default());

    let old_client: old::MeterRemote =
        here.find(&served(transport, &here, &there, &new_meter, &scope).await);
    assert_eq!(old_client.add(2).await, Ok(2));

    let new_client: new::MeterRemote =
        here.find(&served(transport, &here, &there, &old_meter, &scope).await);
    assert_eq!(new_client.add(2, None).await, Ok(2));
    assert_eq!(new_client.add(2, Some("ignored there".to_owned())).await, Ok(4));
    let error = new_client.reset().await.expect_err("it is not there");
    let Kind::Undecodable { theirs, ours } = error.kind() else { panic!("{error}") };
    assert_eq!(theirs, "`Meter` has no handler `reset` for others");
    assert_eq!(ours, "reset() -> ()");
    assert!(error.is_safe_to_retry());
}

/// Arguments of other types are refused before the handler runs; answers of other types are not read after it has run.
pub async fn other_arguments_and_other_answers(transport: &impl Transport) {
    let (there, here) = (transport.link().await, transport.link().await);
    let scope = Scope::new();
    let meter: new::MeterHandle = scope.spawn(new::Meter::default());
    let client: old::MeterRemote =
        here.find(&served(transport, &here, &there, &meter, &scope).await);
    let error = client.name(7).await.expect_err("it takes a text");
    let Kind::Undecodable { theirs, ours } = error.kind() else { panic!("{error}") };
    assert!(theirs.starts_with("argument `name`: "), "{theirs}");
    assert!(theirs.ends_with("the handler is `name(name: String) -> String`"), "{theirs}");
    assert_eq!(ours, "name(name: u64) -> String");
    assert!(error.is_safe_to_retry());
    assert_eq!(meter.stats().counts.handled, 0);
    let error = client.kind().await.expect_err("it is a text");
    assert!(matches!(error.kind(), Kind::Unreadable { .. }), "{error}");
    assert!(!error.is_safe_to_retry());
    assert_eq!(client.add(0).await, Ok(100));
}
