// Caret: the call. Says: the inner `Result` must be used.
#![deny(unused_must_use)]

use std::io;

use actor_runtime::{CallError, actor, spawn};

struct Disk;

#[actor]
impl Disk {
    pub fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn use_it() -> Result<(), CallError> {
    let disk = spawn(Disk);
    disk.flush().await?;
    Ok(())
}

fn main() {
    let _ = use_it();
}
