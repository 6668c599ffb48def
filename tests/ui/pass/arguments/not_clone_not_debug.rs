// Nothing is asked of arguments and answers but that they can be sent.
use actor_runtime::{actor, spawn};

pub struct Bare(u64);

struct Keeper;

#[actor]
impl Keeper {
    pub fn keep(&mut self, bare: Bare) -> Bare {
        bare
    }
}

#[derive(Clone, Debug)]
struct Owner {
    keeper: KeeperHandle,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let owner = Owner { keeper: spawn(Keeper) };
    assert!(!format!("{:?}", owner.clone()).is_empty());
    assert_eq!(owner.keeper.keep(Bare(3)).await.unwrap().0, 3);
}
