use actor_runtime::actor;

pub struct Desk<T>(T);

#[actor(remote)]
impl<T: Send + 'static> Desk<T> {
    pub fn put(&mut self, item: T) {
        self.0 = item;
    }
}

fn main() {}
