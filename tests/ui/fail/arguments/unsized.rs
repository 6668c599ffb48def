// Carets: `[u8]`, `str`, `str`, `[u8]` and `dyn Fn()`. Says: take or return owned types; nothing about the bodies.
use actor_runtime::actor;

struct Names(Vec<u8>);

#[actor]
impl Names {
    pub fn store(&mut self, bytes: [u8]) {
        self.0.extend_from_slice(&bytes);
    }

    pub fn rename(&mut self, name: Option<str>) -> str {
        name.unwrap()
    }

    pub fn all(&self) -> (u8, [u8]) {
        (0, self.0[..])
    }

    pub fn run(&self) -> Option<dyn Fn()> {
        None
    }
}

fn main() {
    let names = actor_runtime::spawn(Names(vec![]));
    let _call = async { names.all().await.unwrap().0 };
}
