// Helpers, constructors, constants, types and tests of the plain struct are left alone.
use actor_runtime::{actor, spawn};

struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    pub const START: u64 = 1;

    pub fn new() -> Self {
        Self { total: Self::START }
    }

    pub const fn constant() -> u64 {
        2
    }

    pub fn generic<T: Into<u64>>(value: T) -> u64 {
        value.into()
    }

    pub fn add(&mut self, amount: u64) -> u64 {
        self.helper(&amount);
        self.total
    }

    fn helper<'a>(&mut self, amount: &'a u64) -> &'a u64 {
        self.total += *amount;
        amount
    }

    unsafe fn dangerous(&self) {}

    fn shows(&self) -> impl std::fmt::Display + use<> {
        self.total
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut plain = Counter::new();
    assert_eq!(plain.add(1), 2);
    assert_eq!(plain.shows().to_string(), "2");
    let _ = Counter::dangerous;
    assert_eq!(Counter::constant() + Counter::generic(1_u8), 3);
    assert_eq!(spawn(plain).add(1).await.unwrap(), 3);
}
