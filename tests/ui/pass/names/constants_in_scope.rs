// Constants, statics and unit structs in scope, in lower case, are not taken for variables of generated code.
#![allow(dead_code, non_camel_case_types, non_upper_case_globals)]

use std::{future::ready, path::Path};

use actor_runtime::{Context, Replies, Reply, actor, spawn};

const message: u8 = 0;
static reply: u8 = 0;
struct actor;
struct context;
const _context: u8 = 0;
static formatter: u8 = 0;
const state: u8 = 0;
struct sender;
static request: u8 = 0;

#[derive(Default)]
struct Shelf(Vec<u8>);

#[actor(first = sources)]
impl Shelf {
    pub fn put(&mut self, item: u8) {
        self.0.push(item);
    }

    pub async fn count(&self, cx: &Context<Self>) -> usize {
        let _ = cx;
        self.0.len()
    }

    pub fn save(&self, path: &Path, tx: u8) -> usize {
        path.as_os_str().len() + usize::from(tx)
    }

    pub fn later(&self, out: Reply<u8>, this: u8) {
        out.send(this);
    }

    pub async fn list(&self, mut out: Replies<u8>, msg: u8) {
        let _ = out.send(msg).await;
    }

    #[cancel_safe(undelivered = back)]
    pub fn pop(&mut self, make: u8) -> Option<u8> {
        self.0.pop().map(|item| item + make)
    }

    pub fn finish(self) -> Vec<u8> {
        self.0
    }

    fn back(&mut self, item: Option<u8>, _: &Context<Self>) {
        self.0.extend(item);
    }

    #[on_start]
    async fn start(&mut self, _: &Context<Self>) {}

    #[on(ready(()), if self.0.len() == 1)]
    fn second(&mut self, (): (), _: &Context<Self>) {
        self.0.push(2);
    }
}

/// Its handlers may run inline.
struct Cell<T>(T);

#[actor]
impl<T: Clone + Send + 'static> Cell<T> {
    pub fn get(&self, _: &Context<Self>) -> T {
        self.0.clone()
    }

    pub fn set(&mut self, value: T, f: &str) {
        self.0 = value;
        let _ = f;
    }
}

struct Plain(u8);

#[actor]
impl Plain {
    pub fn add(&mut self, amount: u8, hasher: u8, cx: &Context<Self>) -> u8 {
        let _ = cx;
        self.0 += amount + hasher;
        self.0
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let shelf = spawn(Shelf::default());
    shelf.put(1).await.unwrap();
    while shelf.count().await.unwrap() < 2 {}
    assert_eq!(shelf.save("a/b", 1).await.unwrap(), 4);
    assert_eq!(shelf.later(3).await.unwrap(), 3);
    assert_eq!(shelf.list(4).next().await.unwrap().unwrap(), 4);
    assert_eq!(shelf.pop(1).await.unwrap(), Some(3));
    assert_eq!(format!("{shelf:?}").find("ShelfHandle"), Some(0));
    assert_eq!(shelf.finish().await.unwrap(), [1, 2]);
    let cell = spawn(Cell(1));
    cell.set(2, "").await.unwrap();
    assert_eq!(cell.get().await.unwrap(), 2);
    assert_eq!(spawn(Plain(1)).add(2, 3).await.unwrap(), 6);
}
