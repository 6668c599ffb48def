//! Places of the impl.

use actor_runtime::{actor, spawn};

#[tokio::test]
#[allow(unreachable_pub, reason = "as people write it in a test")]
async fn inside_a_function() {
    struct Local(u8);

    struct Private(u8);

    #[actor]
    impl Local {
        pub fn private(&mut self, argument: Private) -> Private {
            Private(self.0 + argument.0)
        }
    }

    assert_eq!(spawn(Local(1)).private(Private(2)).await.unwrap().0, 3);
}

mod outer {
    mod inner {
        pub(in crate::places) struct Deep(pub(super) u8);
    }

    #[actor_runtime::actor]
    impl inner::Deep {
        pub(in crate::places) fn get(&self) -> u8 {
            self.0
        }

        pub(super) fn add(&mut self, amount: u8) -> u8 {
            self.0 += amount;
            self.0
        }
    }

    pub(super) fn spawn() -> DeepHandle {
        actor_runtime::spawn(inner::Deep(1))
    }
}

#[tokio::test]
async fn a_type_of_another_module() {
    let deep = outer::spawn();
    assert_eq!(deep.add(1).await.unwrap(), 2);
    assert_eq!(deep.get().await.unwrap(), 2);
}

/// An impl that is built from all kinds of fragments.
macro_rules! counter {
    ($vis:vis $name:ident $ty:ty, $mailbox:expr, $method:ident, $argument:ident: $amount:ty, $body:block) => {
        $vis struct $name($ty);

        #[actor(mailbox = $mailbox)]
        impl $name {
            $vis fn add(&mut self, amount: $ty, $argument: $amount) -> $ty {
                self.0 += amount + $argument;
                self.0
            }

            $vis fn $method(&self) -> u8 $body

            /// `text` is a name from the macro, with its hygiene.
            $vis async fn length(&mut self, text: &str) -> usize {
                text.len()
            }

            $vis fn finish(self) -> $ty {
                self.0
            }
        }
    };
}

counter!(pub(crate) Made u64, 4 + 4, constant, extra: u64, { 3 });

#[tokio::test]
async fn made_by_a_macro() {
    let made = spawn(Made(1));
    assert_eq!(made.add(2, 3).await.unwrap(), 6);
    assert_eq!(made.constant().await.unwrap(), 3);
    assert_eq!(made.length("four").await.unwrap(), 4);
    assert_eq!(made.finish().await.unwrap(), 6);
}

macro_rules! for_type {
    ($ty:ty) => {
        #[actor]
        impl $ty {
            pub(crate) fn one(&self) -> u8 {
                1
            }
        }
    };
}

struct Given;

for_type!(Given);

#[tokio::test]
async fn a_type_given_to_a_macro() {
    assert_eq!(spawn(Given).one().await.unwrap(), 1);
}

/// The runtime under another name.
mod renamed {
    pub(super) mod vendored {
        pub(in crate::places) use actor_runtime as actors;
    }

    pub(super) struct Renamed;

    #[vendored::actors::actor(crate = vendored::actors)]
    impl Renamed {
        pub(super) fn one(&self) -> u8 {
            1
        }
    }
}

#[tokio::test]
async fn a_renamed_crate() {
    assert_eq!(spawn(renamed::Renamed).one().await.unwrap(), 1);
}

/// An actor may have other impls, and methods that are not handlers.
struct Busy;

trait Work {
    type Output;

    async fn work(&mut self) -> Self::Output;
}

impl Work for Busy {
    type Output = u8;

    async fn work(&mut self) -> u8 {
        std::future::ready(2).await
    }
}

#[actor]
impl Busy {
    const LIMIT: u8 = 3;

    pub(crate) fn new() -> Self {
        Self
    }

    pub(crate) async fn run(&mut self) -> <Self as Work>::Output {
        self.work().await + Self::helper()
    }

    fn helper() -> u8 {
        Self::LIMIT
    }
}

#[tokio::test]
async fn beside_other_impls() {
    assert_eq!(spawn(Busy::new()).run().await.unwrap(), 5);
}
