// Caret: `add`. Says: it is private.
use actor_runtime::spawn;

mod counting {
    use actor_runtime::actor;

    pub struct Counter;

    #[actor]
    impl Counter {
        pub fn get(&self) {}

        pub(self) fn add(&mut self, _amount: u64) {}
    }
}

fn main() {
    let counter = spawn(counting::Counter);
    let _ = counter.add(2);
}
