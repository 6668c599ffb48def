// Caret: `&mut Vec<u8>`. Says: the borrow has ended; return `Vec<u8>`.
use actor_runtime::actor;

struct Counter {
    bytes: Vec<u8>,
}

#[actor]
impl Counter {
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}

fn main() {}
