// Caret: all of `pool.lease()`, which is a handler. Says: the call is not marked, and `sent()`.
use actor_runtime::{actor, select};

pub struct Pool(Vec<u32>);

#[actor]
impl Pool {
    pub fn lease(&mut self) -> Option<u32> {
        self.0.pop()
    }
}

async fn run(pool: PoolHandle) {
    select! {
        connection = pool.lease() => drop(connection),
    }
}

fn main() {}
