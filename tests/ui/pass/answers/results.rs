// A handler's own `Result` is its answer, whatever alias it is written with.
use std::io;

use actor_runtime::{actor, spawn};

type Answer<T> = Result<T, String>;

struct Disk;

#[actor]
impl Disk {
    pub async fn read(&self) -> io::Result<u64> {
        Ok(1)
    }

    pub fn write(&mut self) -> Answer<()> {
        Err("full".to_owned())
    }

    pub fn close(self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let disk = spawn(Disk);
    assert_eq!(disk.read().await??, 1);
    assert_eq!(disk.write().await?.unwrap_err(), "full");
    disk.close().await?.unwrap();
    Ok(())
}
