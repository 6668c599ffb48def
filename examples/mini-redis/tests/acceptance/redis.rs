//! A `redis-server` in a folder of its own.

use std::{
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
};

/// It is killed when it is dropped.
pub(crate) struct Redis {
    pub(crate) address: SocketAddr,
    child: Child,
}

impl Redis {
    /// Starts one, if there is one to start. It says so if there is none.
    pub(crate) fn start() -> Option<Self> {
        // Redis cannot be told to take any free port. Somebody else may take this one before it does;
        // then it ends, and another one is tried.
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
