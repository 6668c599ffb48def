// Carets: the types. Says: wrap it in a struct.
use actor_runtime::actor;

#[actor]
impl (u8, u8) {
    pub fn get(&self) {}
}

#[actor]
impl Vec<u8> {
    pub fn get(&self) {}
}

#[actor]
impl std::collections::HashMap<u8, u8> {
    pub fn get(&self) -> &u8 {}
}

#[actor]
impl u32 {
    pub fn get(&self) -> u8 {}
}

fn main() {}
