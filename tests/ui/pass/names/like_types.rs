// A handler and an argument may be called like a type, and variants like types and traits.
use actor_runtime::{Context as Own, actor, spawn};
use own::Cow;

#[derive(Default)]
struct Shop;

#[actor]
#[allow(non_snake_case)]
impl Shop {
    pub fn string(&self, vec: Vec<u8>) -> String {
        String::from_utf8(vec).unwrap()
    }

    pub fn option(&self, result: Result<u8, String>) -> Option<u8> {
        result.ok()
    }

    pub fn vec(&self, string: &str) -> Vec<u8> {
        string.into()
    }

    pub fn send(&self) {}

    pub fn u8(&self, u8: u8) -> u8 {
        u8
    }

    pub fn Reply(&self) {}

    pub fn self_(&self) {}

    pub fn _1(&self) {}

    pub fn größe(&self, länge: u8) -> u8 {
        länge
    }
}

/// Types of the user's that are called like those that borrow, or that a handler takes.
mod own {
    pub struct Cow<T>(pub T);

    pub struct MutexGuard<T>(pub T);

    pub struct Path(pub u8);
}

struct Farm;

#[actor]
impl Farm {
    pub fn milk(&self, cow: Cow<u8>) -> own::Cow<u8> {
        cow
    }

    pub fn guard(&self, guard: own::MutexGuard<u8>) -> Option<own::MutexGuard<u8>> {
        Some(guard)
    }

    pub fn walk(&self, path: own::Path) -> u8 {
        path.0
    }

    /// The context, under another name.
    pub fn stop(&self, own: &Own<Self>, after: u8) -> u8 {
        own.stop();
        after
    }

    #[on(std::future::pending::<u8>())]
    fn never(&mut self, _: u8, own: &Own<Farm>) {
        own.stop();
    }

    #[on_stop]
    async fn close(&mut self, own: &Own<Self>) {
        own.stop();
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let farm = spawn(Farm);
    assert_eq!(farm.milk(own::Cow(1)).await.unwrap().0, 1);
    assert_eq!(farm.guard(own::MutexGuard(2)).await.unwrap().unwrap().0, 2);
    assert_eq!(farm.walk(own::Path(3)).await.unwrap(), 3);
    assert_eq!(farm.stop(4).await.unwrap(), 4);
    let shop = spawn(Shop);
    assert_eq!(shop.string(vec![b'a']).await.unwrap(), "a");
    assert_eq!(shop.option(Ok(1)).await.unwrap(), Some(1));
    assert_eq!(shop.vec("a").await.unwrap(), [b'a']);
    shop.send().await.unwrap();
    assert_eq!(shop.u8(1).await.unwrap(), 1);
    shop.Reply().await.unwrap();
    shop.self_().await.unwrap();
    shop._1().await.unwrap();
    assert_eq!(shop.größe(2).await.unwrap(), 2);
}
