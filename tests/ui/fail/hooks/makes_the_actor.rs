// Caret: `connect` and `open`. Says: spawn what it returns; the hook takes `&mut self`.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_start]
    async fn connect(path: String) -> Result<Self, std::io::Error> {
        std::fs::read(path).map(|_| Counter)
    }
}

struct Store;

#[actor]
impl Store {
    pub fn get(&self) {}

    #[on_start]
    fn open() -> Store {
        Store
    }
}

fn main() {}
