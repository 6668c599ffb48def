//! Names of handlers and of their arguments.

use actor_runtime::{ActorHandle, Context, Reply, actor, spawn};

struct Arguments;

/// Each argument has a name that generated code uses.
#[actor]
impl Arguments {
    pub(crate) fn ours(
        &mut self,
        reply: u8,
        message: u8,
        context: u8,
        handle: u8,
        mailbox: u8,
        proof: u8,
    ) -> u8 {
        reply + message + context + handle + mailbox + proof
    }

    pub(crate) fn theirs(&self, self_: u8, this: u8, tx: u8, rx: u8, msg: u8, state: u8) -> u8 {
        self_ + this + tx + rx + msg + state
    }

    pub(crate) fn with_context(&mut self, context: u8, ctx: &Context<Self>, reply_2: u8) -> u8 {
        let _ = ctx;
        context + reply_2
    }

    pub(crate) async fn with_reply(&mut self, reply: u8, answer: Reply<u8>, reply_2: &str) {
        answer.send(reply + u8::from(reply_2.is_empty()));
    }

    pub(crate) fn underscores(&mut self, __reply: u8, _reply: u8, _type: u8, _: u8) -> u8 {
        __reply + 1
    }

    pub(crate) fn patterns(&mut self, (a, b): (u8, u8), mut c: u8, [d, ..]: [u8; 2]) -> u8 {
        c += 1;
        a + b + c + d
    }

    pub(crate) fn raw(&mut self, r#type: u8, r#match: &str, r#async: u8) -> u8 {
        r#type + r#async + u8::from(r#match.is_empty())
    }

    pub(crate) fn abseits(&mut self, größe: u8, 数: u8) -> u8 {
        größe + 数
    }

    pub(crate) fn finish(self, message: u8, reply: u8, context: &Context<Self>) -> u8 {
        let _ = context;
        message + reply
    }
}

#[tokio::test]
async fn arguments() {
    let handle = spawn(Arguments);
    assert_eq!(handle.ours(1, 2, 3, 4, 5, 6).await.unwrap(), 21);
    assert_eq!(handle.theirs(1, 2, 3, 4, 5, 6).await.unwrap(), 21);
    assert_eq!(handle.with_context(1, 2).await.unwrap(), 3);
    assert_eq!(handle.with_reply(1, "").await.unwrap(), 2);
    assert_eq!(handle.underscores(1, 0, 0, 0).await.unwrap(), 2);
    assert_eq!(handle.patterns((1, 2), 3, [4, 0]).await.unwrap(), 11);
    assert_eq!(handle.raw(1, "", 2).await.unwrap(), 4);
    assert_eq!(handle.abseits(1, 2).await.unwrap(), 3);
    assert_eq!(handle.finish(1, 2).await.unwrap(), 3);
}

mod decoys {
    use actor_runtime::actor;

    /// A trait whose methods take any type by value, like `Into`. None of them may be called.
    #[expect(dead_code, reason = "that is what is tested")]
    trait Decoy: Sized {
        fn get(self) -> u8 {
            100
        }

        fn call(self) -> u8 {
            100
        }

        fn method(self) -> u8 {
            100
        }

        fn send(self) -> u8 {
            100
        }
    }

    impl<T> Decoy for T {}

    pub(super) struct Handlers(pub(super) u8);

    /// Each handler has the name of a method of the handle or of its fields.
    #[actor]
    impl Handlers {
        #[allow(
            clippy::new_ret_no_self,
            clippy::wrong_self_convention,
            reason = "as any other name"
        )]
        pub(crate) fn new(&self) -> u8 {
            self.0
        }

        pub(crate) fn get(&self) -> u8 {
            self.0
        }

        pub(crate) fn call(&self) -> u8 {
            self.0
        }

        pub(crate) fn into(&self) -> u8 {
            self.0
        }

        pub(crate) fn string(&mut self) -> String {
            self.0.to_string()
        }

        #[allow(
            clippy::should_implement_trait,
            reason = "`Clone::clone` must not be called in its place"
        )]
        pub(crate) fn clone(&self) -> u8 {
            self.0
        }

        pub(crate) fn drop(&mut self) -> u8 {
            self.0
        }

        pub(crate) fn fmt(&self) -> u8 {
            self.0
        }

        pub(crate) fn mock(&self) -> u8 {
            self.0
        }

        pub(crate) fn stop(&mut self) -> u8 {
            self.0
        }

        pub(crate) fn close(&mut self) -> u8 {
            self.0
        }

        pub(crate) fn shutdown(&mut self) -> u8 {
            self.0
        }

        pub(crate) fn as_handle(&self) -> u8 {
            self.0
        }

        #[expect(clippy::wrong_self_convention, reason = "as any other name")]
        pub(crate) fn from_handle(&self) -> u8 {
            self.0
        }

        pub(crate) fn envelope(&self) -> u8 {
            self.0
        }

        pub(crate) async fn dispatch(&mut self) -> u8 {
            self.0
        }

        pub(crate) async fn run(&self) -> u8 {
            self.0
        }

        pub(crate) fn on_start(&mut self) -> u8 {
            self.0
        }

        pub(crate) fn r#type(&mut self) -> u8 {
            self.0
        }

        pub(crate) fn self_(&mut self) -> u8 {
            self.0
        }

        pub(crate) fn _1(&mut self) -> u8 {
            self.0
        }

        pub(crate) fn finish(self) -> u8 {
            self.0
        }
    }
}

use decoys::{Handlers, HandlersHandle, HandlersMessage};

#[tokio::test]
async fn handlers() {
    let handle = spawn(Handlers(7));
    macro_rules! check {
        ($($name:ident)*) => {$(
            assert_eq!(HandlersHandle::$name(&handle).await.unwrap(), 7, stringify!($name));
        )*};
    }
    check!(new get call into clone drop fmt mock stop close shutdown as_handle from_handle);
    check!(envelope dispatch run on_start r#type self_ _1);
    assert_eq!(handle.string().await.unwrap(), "7");
    assert!(!ActorHandle::is_closed(&handle));
    let other = Clone::clone(&handle);
    assert_eq!(handle.finish().await.unwrap(), 7);
    assert!(other.get().await.is_err());
    assert_eq!(format!("{other:?}"), "HandlersHandle(Handle { actor: \"Handlers\", .. })");
}

#[test]
fn messages_print_the_name_of_their_handler() {
    let (handle, mut messages) = <HandlersHandle as ActorHandle>::mock();
    handle.r#type().try_cast().unwrap();
    let message = messages.try_recv().unwrap();
    assert_eq!(format!("{message:?}"), "type");
    assert!(matches!(message, HandlersMessage::Type { .. }));
}

#[allow(non_camel_case_types, reason = "a raw identifier is a name too")]
struct r#struct;

#[actor]
#[allow(non_camel_case_types, reason = "it goes on in the names of the handle and the message")]
impl r#struct {
    pub(crate) fn one(&self) -> u8 {
        1
    }
}

#[tokio::test]
async fn raw_type() {
    let handle: structHandle = spawn(r#struct);
    assert_eq!(handle.one().await.unwrap(), 1);
}

#[expect(dead_code, reason = "it is there for its name")]
struct TakenHandle;

#[expect(dead_code, reason = "it is there for its name")]
struct TakenMessage;

struct Taken;

#[actor(handle = TakenRef, message = TakenCommand)]
impl Taken {
    pub(crate) fn one(&self) -> u8 {
        1
    }
}

#[tokio::test]
async fn chosen_names() {
    let handle: TakenRef = spawn(Taken);
    assert_eq!(handle.one().await.unwrap(), 1);
    let (_, messages) = TakenRef::mock();
    let _: actor_runtime::MockMailbox<TakenCommand> = messages;
}
