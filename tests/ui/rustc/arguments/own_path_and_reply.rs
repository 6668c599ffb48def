// Caret: `Path`, `Reply` and `OsStr`. Says: that these types are other ones.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Path;

struct OsStr;

struct Reply<T>(T);

struct Router;

#[actor]
impl Router {
    pub fn add(&mut self, path: &Path) {}

    pub async fn answer(&mut self, reply: Reply<u8>) {}

    pub fn name(&self, name: &OsStr) -> u8 {
        1
    }
}

fn main() {}
