use actor_runtime::{Replies, actor};

pub struct Desk;

#[actor(remote)]
impl Desk {
    /// Answers with texts that only this process has.
    pub async fn names(&self, mut names: Replies<&'static str>) {
        let _ = names.send("desk").await;
    }
}

fn main() {}
