//! Generated code resolves no name in the user's scope.

/// Without a prelude there is no `Some`, no `Clone` and no `Into`.
mod no_prelude {
    #![no_implicit_prelude]

    /// Has a handler of each kind.
    #[derive(Debug)]
    pub(super) struct Bare(pub(super) u64);

    #[::actor_runtime::actor(mailbox = 8)]
    impl Bare {
        pub(super) fn add(&mut self, amount: u64) -> u64 {
            self.0 += amount;
            self.0
        }

        pub(super) async fn name(&self, path: &::std::path::Path, name: &str) -> bool {
            path.ends_with(name)
        }

        pub(super) fn later(&mut self, reply: ::actor_runtime::Reply<u64>) {
            reply.send(self.0);
        }

        pub(super) async fn all(&mut self, mut replies: ::actor_runtime::Replies<u64>) {
            let _ = replies.send(self.0).await;
        }

        pub(super) fn finish(self) -> u64 {
            self.0
        }

        #[on_start]
        fn start(&mut self) -> ::core::result::Result<(), ::std::string::String> {
            self.0 += 1;
            ::core::result::Result::Ok(())
        }

        #[on_stop]
        async fn stop(&mut self, _context: &::actor_runtime::Context<Self>) {}

        #[on_idle]
        fn idle(&mut self) {}
    }
}

#[tokio::test]
async fn no_implicit_prelude() {
    let bare = actor_runtime::start(no_prelude::Bare(1)).await.unwrap();
    assert_eq!(bare.add(2).await.unwrap(), 4);
    assert!(bare.name("/a/b", "b").await.unwrap());
    assert_eq!(bare.later().await.unwrap(), 4);
    drop(bare.all());
    assert_eq!(bare.finish().await.unwrap(), 4);
}

/// Every name of the prelude has another meaning here.
mod shadowed {
    #![allow(dead_code, reason = "most of these are only in the way")]

    use actor_runtime::actor;

    macro_rules! shadow {
        ($($name:ident)*) => {$(
            #[derive(Debug, PartialEq)]
            pub(super) struct $name(pub(super) u8);
        )*};
    }

    shadow!(Result Option Box Vec Future Send Sync Clone Copy String Into From Some None Ok Err);
    shadow!(FnOnce Fn Drop Default Iterator Infallible Formatter);
    shadow!(Actor Message Handle Mailbox Reply Call Envelope Capacity Context Exit Spawn Self_);

    pub(super) struct Counter(pub(super) u8);

    #[actor]
    impl Counter {
        pub(super) fn give(&mut self, result: Result, option: Option, string: &str) -> Vec {
            Vec(result.0 + option.0 + u8::from(string.is_empty()) + self.0)
        }

        pub(super) async fn take(&self, handle: Handle, call: Call) -> Box {
            Box(handle.0 + call.0 + self.0)
        }
    }
}

#[tokio::test]
async fn shadowed_prelude() {
    let counter = actor_runtime::spawn(shadowed::Counter(1));
    let given = counter.give(shadowed::Result(1), shadowed::Option(2), "").await;
    assert_eq!(given.unwrap(), shadowed::Vec(5));
    let taken = counter.take(shadowed::Handle(1), shadowed::Call(2)).await;
    assert_eq!(taken.unwrap(), shadowed::Box(4));
}

/// The crates that generated code names are empty modules here.
mod shadowed_crates {
    mod std {}
    mod core {}
    mod alloc {}
    mod tokio {}
    mod actor_runtime {}

    pub(super) struct Counter;

    #[::actor_runtime::actor]
    impl Counter {
        pub(super) async fn length(&mut self, text: &str) -> usize {
            text.len()
        }
    }
}

#[tokio::test]
async fn shadowed_modules() {
    let counter = actor_runtime::spawn(shadowed_crates::Counter);
    assert_eq!(counter.length("four").await.unwrap(), 4);
}
