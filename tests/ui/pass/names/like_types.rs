// A handler and an argument may be called like a type, and variants like types and traits.
use actor_runtime::{actor, spawn};

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

#[tokio::main(flavor = "current_thread")]
async fn main() {
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
