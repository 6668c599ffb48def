// Caret: each of the wrong arguments, once. Says: what the parameter may be made of.
use std::{error::Error, ffi::CStr, path::Path};

use actor_runtime::{Replies, actor};

struct Store;

#[actor]
impl Store {
    pub fn put(&mut self, _key: &str, _value: &[u8], _size: usize) {}

    pub async fn put_all(&mut self, _values: &[String]) {}

    pub fn open(&mut self, _path: &Path, _name: &CStr) {}

    pub fn scan(&mut self, _prefix: &str, _found: Replies<u64>) {}

    #[handler(queued)]
    pub fn delete(&mut self, _key: &str) {}

    pub fn log(&mut self, #[cfg(not(any()))] _line: &str, #[cfg(any())] _colour: &str) {}
}

struct Shelf<T>(Vec<T>);

#[actor]
impl<T: Clone + Send + 'static> Shelf<T> {
    pub fn extend(&mut self, values: &[T]) {
        self.0.extend_from_slice(values);
    }
}

async fn each(store: StoreHandle, shelf: ShelfHandle<u8>) -> Result<(), Box<dyn Error>> {
    store.put("key", &vec![1], 1).await?;
    store.put(Some("key"), "value", "size").cast().await?;
    store.put_all("a").sent().await?.await?;
    store.open(b"path", c"name").await?;
    let _stream = store.scan(3);
    tokio::spawn(store.delete(&&String::new()).owned());
    shelf.extend(["a"]).await?;
    store.log(4).await?;
    Ok(())
}

fn main() {}
