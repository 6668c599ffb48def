// An impl for one instance of a generic type is an actor, and its path may be long.
use actor_runtime::{actor, spawn};

mod cells {
    pub struct Cell<T>(pub T);
}

#[actor]
impl cells::Cell<Option<u8>> {
    pub fn take(&mut self) -> Option<u8> {
        self.0.take()
    }

    pub fn put(&mut self, other: Option<u8>) -> &'static str {
        self.0 = other;
        "put"
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let cell: CellHandle = spawn(cells::Cell(Some(1)));
    assert_eq!(cell.take().await.unwrap(), Some(1));
    assert_eq!(cell.put(None).await.unwrap(), "put");
}
