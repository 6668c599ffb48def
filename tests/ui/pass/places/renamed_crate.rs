// The runtime may have another name or be re-exported.
extern crate actor_runtime as machinery;

mod facade {
    pub mod deep {
        pub use actor_runtime as rt;
    }
}

struct Counter;

#[machinery::actor(crate = machinery)]
impl Counter {
    pub fn get(&self, name: &str) -> usize {
        name.len()
    }

    #[on_start]
    fn load(&mut self, _context: &machinery::Context<Self>) {}

    pub fn finish(self) {}
}

struct Timer;

#[facade::deep::rt::actor(crate = crate::facade::deep::rt, mailbox = 2)]
impl Timer {
    pub async fn get(&self, list: Vec<facade::deep::rt::CallError>) -> usize {
        list.len()
    }
}

mod inner {
    pub struct Inner;

    #[machinery::actor(crate = super::machinery)]
    impl Inner {
        pub fn get(&self) {}
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(machinery::spawn(Counter).get("abc").await.unwrap(), 3);
    assert_eq!(machinery::spawn(Timer).get(vec![]).await.unwrap(), 0);
    machinery::spawn(inner::Inner).get().await.unwrap();
}
