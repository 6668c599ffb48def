// Arguments may be patterns, `_`, `mut` and underscored names.
#![deny(warnings)]

use actor_runtime::{actor, spawn};

struct Point {
    x: u64,
    y: u64,
}

struct Sum;

#[actor]
impl Sum {
    pub fn tuple(&self, (a, b): (u64, u64), (c, _): (u64, u64)) -> u64 {
        a + b + c
    }

    pub fn structure(&self, Point { x, y }: Point, mut more: u64) -> u64 {
        more += x + y;
        more
    }

    pub fn array(&self, [a, .., b]: [u64; 3]) -> u64 {
        a + b
    }

    pub fn nothing(&self, _: u64, _: u64, _unused: u64, __more: u64) {}

    pub fn bound(&self, whole @ Point { .. }: Point, (): ()) -> u64 {
        whole.x
    }

    pub async fn lent(&self, _: &str, _name: &[u8]) {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let sum = spawn(Sum);
    assert_eq!(sum.tuple((1, 2), (3, 4)).await.unwrap(), 6);
    assert_eq!(sum.structure(Point { x: 1, y: 2 }, 3).await.unwrap(), 6);
    assert_eq!(sum.array([1, 2, 3]).await.unwrap(), 4);
    sum.nothing(1, 2, 3, 4).await.unwrap();
    assert_eq!(sum.bound(Point { x: 1, y: 2 }, ()).await.unwrap(), 1);
    sum.lent("one", [1, 2]).await.unwrap();
}
