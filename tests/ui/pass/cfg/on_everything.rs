// Hooks and the whole actor may be conditional, and all handlers may be gone.
use actor_runtime::{actor, pair};

struct Counter;

#[actor]
impl Counter {
    #[cfg(any())]
    pub fn add(&mut self) {}

    #[on_start]
    #[cfg(any())]
    fn load(&mut self) -> Result<(), NoSuchType> {
        Ok(())
    }

    #[on_stop]
    #[cfg(any())]
    fn save(&mut self) {}

    #[on_idle]
    #[cfg(not(any()))]
    fn idle(&mut self) {}
}

#[actor]
#[cfg(any())]
impl Gone {
    pub fn add(&mut self) {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (counter, run) = pair(Counter);
    drop(counter);
    run.await;
}
