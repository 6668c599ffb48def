// Modules called `std`, `core`, `alloc`, `tokio` and `actor_runtime` are the user's own.
mod std {}
mod core {}
mod alloc {}
mod tokio {}
mod actor_runtime {}

struct Counter;

#[::actor_runtime::actor]
impl Counter {
    pub fn rename(&mut self, _name: &str, _path: &::std::path::Path) {}

    #[on_start]
    fn load(&mut self) -> Result<(), String> {
        Ok(())
    }

    pub async fn finish(self) {}
}

fn main() {
    let _ = ::actor_runtime::start::<Counter, _, _>;
}
