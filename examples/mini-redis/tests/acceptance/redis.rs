//! A `redis-server` process.

use std::{
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
};

/// A running `redis-server`, which is killed on drop.
pub(crate) struct Redis {
    pub(crate) address: SocketAddr,
    child: Child,
}

impl Redis {
    /// Starts `redis-server`. Prints a message and returns `None` if that fails.
    pub(crate) fn start() -> Option<Self> {
        // Redis cannot pick a free port itself. Another process may take the port before Redis binds it;
        // Redis then exits, and another port is tried.
        (0..5).find_map(|_| Self::try_start())
    }

    fn try_start() -> Option<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
        let address = listener.local_addr().ok()?;
        drop(listener);
        let port = address.port().to_string();
        let mut command = Command::new("redis-server");
        command.args(["--port", &port, "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => {
                println!("skipped: redis-server cannot be started: {error}");
                return None;
            }
        };
        let output = BufReader::new(child.stdout.take()?);
        let is_ready =
            output.lines().map_while(Result::ok).any(|line| line.contains("Ready to accept"));
        let redis = Self { address, child };
        is_ready.then_some(redis)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
