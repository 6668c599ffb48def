// Caret: all of `self.stream.read_exact(..)`. Says: it loses bytes; what to write instead.
use std::io;

use actor_runtime::actor;
use tokio::{io::AsyncReadExt, net::TcpStream};

struct Reader {
    stream: TcpStream,
    buffer: [u8; 8],
}

#[actor]
impl Reader {
    pub fn get(&self) {}

    #[on(self.stream.read_exact(&mut self.buffer))]
    fn read(&mut self, _: io::Result<usize>) {}
}

fn main() {}
