// Carets: each type that `std` has in a path. Says: take or return owned types, or borrow; nothing about the bodies.
use actor_runtime::{actor, spawn};

struct Files;

#[actor]
impl Files {
    pub fn open(&mut self, path: std::path::Path) -> bool {
        path.exists()
    }

    pub async fn rename(&mut self, from: Option<std::ffi::OsStr>, to: (u8, ::core::ffi::CStr)) {
        drop((from, to));
    }

    pub fn root(&self) -> std::path::Path {
        *std::path::Path::new("/")
    }
}

fn main() {
    let files = spawn(Files);
    let _ = files.open(std::path::PathBuf::new());
    let _ = async { files.root().await.unwrap().to_owned() };
}
