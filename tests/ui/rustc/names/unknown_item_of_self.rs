// Carets: `Self::Row`, `Self::Key` and `Self::Item`, each once. Says: there is no such type; nothing about `#[actor]`.
use actor_runtime::actor;

struct Store<T>(Vec<T>);

#[actor]
impl<T: Clone + Send + 'static> Store<T> {
    pub fn first(&self) -> Self::Row {
        self.0[0].clone()
    }

    pub fn put(&mut self, _key: Option<Self::Key>) {}
}

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) -> Self::Item {
        1
    }
}

fn main() {}
