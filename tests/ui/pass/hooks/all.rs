// Hooks may be async or not, take the context or not, be `pub`, and be called like what they are.
use std::{error::Error, fmt};

use actor_runtime::{ActorHandle, Context, actor, spawn, start};

#[derive(Debug)]
struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("full")
    }
}

impl Error for Full {}

struct Disk {
    is_full: bool,
}

#[actor]
impl Disk {
    #[on_start]
    pub async fn on_start(&mut self, _context: &Context<Self>) -> Result<(), Full> {
        if self.is_full { Err(Full) } else { Ok(()) }
    }

    pub fn write(&mut self) {}

    #[on_idle]
    fn on_idle(&self) {}

    #[on_stop]
    async fn on_stop(&mut self, _: &Context<Disk>) {}

    #[on_release]
    async fn on_release(&mut self, _: &Context<Disk>) {}
}

struct Plain;

#[actor]
impl Plain {
    pub fn get(&self) {}

    #[on_start]
    fn get_ready(&mut self) {}

    #[on_stop]
    #[on_idle]
    #[on_release]
    fn flush(&mut self) {}

    // A handler may be called `lease`: then that is what the handle's method is.
    pub fn lease(&self) -> u8 {
        1
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert!(start(Disk { is_full: true }).await.is_err());
    let disk = start(Disk { is_full: false }).await.unwrap();
    disk.write().await.unwrap();
    disk.lease().await.unwrap().write().await.unwrap();
    disk.shutdown().await;
    let plain = spawn(Plain);
    plain.get().await.unwrap();
    let _: u8 = plain.lease().await.unwrap();
    ActorHandle::lease(&plain).await.unwrap().get().await.unwrap();
}
