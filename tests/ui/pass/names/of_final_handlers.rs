// Final handlers may be called like the methods of the actor's traits. An owned handle has
// `Into::into`, as everything has, so there the call needs a `&`.
use actor_runtime::{actor, spawn};

struct Last(u64);

#[actor]
impl Last {
    pub fn finish(self) -> u64 {
        self.0
    }

    pub fn dispatch(self) -> u64 {
        self.0 + 1
    }

    pub async fn into(self) -> u64 {
        self.0 + 2
    }

    pub async fn run(self) -> u64 {
        self.0 + 3
    }

    pub fn drop(self) -> u64 {
        self.0 + 4
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(spawn(Last(0)).finish().await.unwrap(), 0);
    assert_eq!(spawn(Last(0)).dispatch().await.unwrap(), 1);
    assert_eq!((&spawn(Last(0))).into().await.unwrap(), 2);
    assert_eq!(spawn(Last(0)).run().await.unwrap(), 3);
    assert_eq!(spawn(Last(0)).drop().await.unwrap(), 4);
}
