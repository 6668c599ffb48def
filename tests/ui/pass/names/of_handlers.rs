// Handlers may be called like methods that the handle or its traits have, and win over them.
use actor_runtime::{ActorHandle, actor, spawn};

#[derive(Debug, Clone, PartialEq)]
struct Names;

macro_rules! names {
    ($($name:ident)*) => {
        #[actor]
        impl Names {
            pub fn new(&self) -> &'static str {
                "new"
            }

            $(pub fn $name(&self) -> &'static str {
                stringify!($name)
            })*
        }

        async fn use_them(handle: &NamesHandle) {
            assert_eq!(handle.new().await.unwrap(), "new");
            $(assert_eq!(handle.$name().await.unwrap(), stringify!($name));)*
        }
    };
}

names! {
    abort as_handle as_ref borrow call cast clone cmp close context default deref dispatch downgrade
    drop eq envelope exit_reason exited finish fmt format from from_handle get handle handler hash
    into into_iter is_closed is_same_actor mailbox mailbox_capacity mailbox_len message mock
    mock_with name next on_idle on_start on_stop panic poll proof reply run send sent shutdown
    spawn start stats stop stream string to_owned to_string try_from try_into type_id unwrap upgrade
    vec
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let handle = spawn(Names);
    use_them(&handle).await;
    let other = Clone::clone(&handle);
    ActorHandle::shutdown(&other).await;
    assert!(ActorHandle::is_closed(&handle));
}
