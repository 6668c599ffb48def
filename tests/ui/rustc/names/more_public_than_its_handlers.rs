// Caret: the widest visibility of each. Says: the handle is less public than the actor.
#![allow(dead_code)]

pub mod counters {
    use actor_runtime::actor;

    pub struct Counter;

    #[actor]
    impl Counter {
        pub(crate) fn get(&self) {}

        pub(crate) async fn add(&mut self) {}
    }

    pub mod shelves {
        use super::*;

        pub(crate) struct Shelf<T>(pub T);

        #[actor]
        impl<T: Clone + Send + 'static> Shelf<T> {
            pub(self) fn put(&mut self, item: T) {
                self.0 = item;
            }

            pub(in self::super) fn get(&self) -> T {
                self.0.clone()
            }
        }
    }
}

fn main() {}
