use actor_runtime::actor;

pub struct Desk;

#[actor(remote)]
impl Desk {
    /// Takes what stays in its process.
    pub fn attach(&mut self, name: String, socket: std::net::TcpStream, number: u64) {
        drop((name, socket, number));
    }
}

fn main() {}
