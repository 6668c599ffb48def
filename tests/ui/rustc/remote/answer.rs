use actor_runtime::actor;

pub struct Page;

pub struct Desk;

#[actor(remote)]
impl Desk {
    /// Answers with what stays in its process.
    pub fn page(&self, number: u64) -> Page {
        drop(number);
        Page
    }
}

fn main() {}
