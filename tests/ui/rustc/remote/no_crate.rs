use actor_runtime::actor;

pub struct Desk;

#[actor(remote = ::actor_remote_that_is_missing)]
impl Desk {
    pub fn number(&self) -> u64 {
        7
    }
}

fn main() {}
