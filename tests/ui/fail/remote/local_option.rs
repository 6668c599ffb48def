use actor_runtime::actor;

pub struct Desk;

#[actor]
impl Desk {
    #[handler(local)]
    pub fn put(&mut self, item: u8) {
        drop(item);
    }
}

fn main() {}
