// Caret: the name of the type in each block. Says: conflicting implementations of trait `Actor`.
mod one {
    use actor_runtime::actor;

    pub struct Counter;

    #[actor]
    impl Counter {
        pub fn get(&self) {}
    }

    pub struct Shelf<T>(pub T);

    #[actor]
    impl<T: Clone + Send + 'static> Shelf<T> {
        pub fn get(&self) -> T {
            self.0.clone()
        }
    }
}

mod other {
    use actor_runtime::actor;

    use crate::one::{Counter, Shelf};

    #[actor]
    impl Counter {
        pub fn add(&mut self) {}
    }

    #[actor(handle = Bytes, message = Byte)]
    impl Shelf<u8> {
        pub async fn put(&mut self) {}
    }
}

fn main() {}
