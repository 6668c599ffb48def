//! Sources of events, in all places and with all names.

use actor_runtime::{ActorHandle, actor, spawn};
use tokio::sync::mpsc;

/// Without a prelude there is no `Some` and no `FnOnce`.
mod no_prelude {
    #![no_implicit_prelude]

    /// Has two sources.
    #[derive(Debug)]
    pub(super) struct Bare {
        pub(super) numbers: ::tokio::sync::mpsc::UnboundedReceiver<u64>,
        pub(super) last: u64,
    }

    #[::actor_runtime::actor]
    impl Bare {
        #[on(self.numbers.recv(), if self.last < 3)]
        fn number(&mut self, number: ::core::option::Option<u64>) {
            self.last = number.unwrap_or(9);
        }

        #[on(::core::future::pending::<u8>())]
        async fn never(&mut self, _: u8, _context: &::actor_runtime::Context<Self>) {}

        pub(super) fn last(&self) -> u64 {
            self.last
        }
    }
}

#[tokio::test]
async fn no_implicit_prelude() {
    let (sender, numbers) = mpsc::unbounded_channel();
    let bare = spawn(no_prelude::Bare { numbers, last: 0 });
    sender.send(2).unwrap();
    while bare.last().await.unwrap() != 2 {}
    drop(sender);
    while bare.last().await.unwrap() != 9 {}
}

/// Names of the generated code.
struct Names {
    incoming: mpsc::UnboundedReceiver<u8>,
    context: mpsc::UnboundedReceiver<u8>,
    turns: u8,
}

#[actor]
impl Names {
    #[on(self.incoming.recv())]
    fn event(&mut self, incoming: u8) {
        self.turns += incoming;
    }

    #[on(self.context.recv())]
    async fn select(&mut self, context: u8) {
        self.turns += context;
    }

    #[on(std::future::pending::<(u8, u8)>())]
    fn r#async(&mut self, r#type: (u8, u8)) {
        self.turns += r#type.0;
    }

    #[on(std::future::pending::<(u8, u8)>())]
    fn happened(&mut self, (message, self_): (u8, u8)) {
        self.turns += message + self_;
    }

    pub(crate) fn nothing(&self) -> u8 {
        self.turns
    }
}

#[tokio::test]
async fn names_of_generated_code() {
    let (one, incoming) = mpsc::unbounded_channel();
    let (two, context) = mpsc::unbounded_channel();
    let names = spawn(Names { incoming, context, turns: 0 });
    one.send(1).unwrap();
    two.send(2).unwrap();
    while names.nothing().await.unwrap() != 3 {}
}

/// An impl whose parts come from different macros.
macro_rules! listener {
    ($vis:vis $name:ident, $source:ident, $event:ident: $ty:ty, $body:block) => {
        $vis struct $name {
            $source: mpsc::UnboundedReceiver<$ty>,
            sum: u32,
        }

        #[actor]
        impl $name {
            #[on(self.$source.recv(), if self.sum < 100)]
            fn heard(&mut self, $event: $ty) {
                self.sum += u32::from($body);
            }

            pub(crate) fn sum(&self) -> u32 {
                self.sum
            }
        }
    };
}

listener!(pub(crate) Listener, words, word: u8, { word + 6 });

#[tokio::test]
async fn made_by_a_macro() {
    let (sender, words) = mpsc::unbounded_channel();
    let listener = spawn(Listener { words, sum: 0 });
    sender.send(1).unwrap();
    while listener.sum().await.unwrap() != 7 {}
}

/// Disabled sources are not checked.
struct Conditional {
    numbers: mpsc::UnboundedReceiver<u8>,
    sum: u8,
}

#[actor]
impl Conditional {
    #[cfg(any())]
    #[on(self.does_not_exist.recv())]
    fn absent(&mut self, missing: DoesNotExist) {}

    #[on(self.numbers.recv())]
    #[cfg(not(any()))]
    #[cfg(not(miri))]
    fn present(&mut self, number: u8) {
        self.sum += number;
    }

    #[cfg(any())]
    #[cfg(not(miri))]
    #[on(self.does_not_exist.recv())]
    fn absent_too(&mut self, missing: DoesNotExist) {}

    pub(crate) fn sum(&self) -> u8 {
        self.sum
    }
}

/// All sources are disabled.
struct NothingLeft;

#[actor]
impl NothingLeft {
    #[cfg(any())]
    #[on(self.does_not_exist.recv())]
    fn absent(&mut self, missing: DoesNotExist) {}

    pub(crate) fn get(&self) -> u8 {
        1
    }
}

#[tokio::test]
async fn conditions() {
    let (sender, numbers) = mpsc::unbounded_channel();
    let conditional = spawn(Conditional { numbers, sum: 0 });
    sender.send(5).unwrap();
    while conditional.sum().await.unwrap() != 5 {}
    assert_eq!(spawn(NothingLeft).get().await.unwrap(), 1);
}

/// Some methods are deprecated.
struct Old(mpsc::UnboundedReceiver<u8>);

#[actor]
impl Old {
    #[deprecated]
    #[on(self.0.recv())]
    fn old(&mut self, _: u8) {}

    #[allow(unused_variables, reason = "on purpose")]
    #[on(std::future::pending::<u8>(), if true)]
    fn unused(&mut self, number: u8) {}

    pub(crate) fn get(&self) {}
}

#[tokio::test]
async fn attributes() {
    let (_sender, numbers) = mpsc::unbounded_channel();
    let old = spawn(Old(numbers));
    old.get().await.unwrap();
    old.shutdown().await;
}
