// Caret: `Cell<u8>` or the names. Says: both would write `CellHandle`.
use actor_runtime::actor;

struct Cell<T>(T);

#[actor]
impl Cell<u8> {
    pub fn get(&self) -> u8 {
        self.0
    }
}

#[actor]
impl Cell<u16> {
    pub fn get(&self) -> u16 {
        self.0
    }
}

fn main() {}
