//! A NATS server for tests.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

/// A server that ends with this process, also if that is killed.
#[derive(Debug)]
pub struct Server {
    child: Child,
    port: u16,
    directory: PathBuf,
}

/// Starts the server and waits: when the input ends, so does the server.
const SCRIPT: &str = r#"nats-server "$@" >"$LOG" 2>&1 & server=$!; read -r _; kill $server; wait $server; rm -rf "$DIRECTORY""#;

impl Server {
    /// Starts `nats-server` on a port that the system gives. Returns `None`, with a reason printed, if it is not
    /// installed; with `NO_SKIP=1` that is a failure.
    ///
    /// # Panics
    ///
    /// Panics if the server does not start.
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::start_with(-1, &[])
    }

    /// Starts it on this port, with further arguments.
    ///
    /// # Panics
    ///
    /// Panics if the server does not start.
    #[must_use]
    pub fn start_with(port: i32, arguments: &[&str]) -> Option<Self> {
        if !is_installed() {
            let reason = "nats-server is not installed";
            assert!(std::env::var_os("NO_SKIP").is_none(), "{reason}");
            eprintln!("skipped: {reason}");
            return None;
        }
        let directory = directory();
        let mut child = Command::new("sh")
            .args([
                "-c",
                SCRIPT,
                "sh",
                "-a",
                "127.0.0.1",
                "-p",
                &port.to_string(),
                "--ports_file_dir",
            ])
            .arg(&directory)
            .args(arguments)
            .env("LOG", directory.join("log"))
            .env("DIRECTORY", &directory)
            .stdin(Stdio::piped())
            .spawn()
            .expect("a shell");
        for _ in 0..1000 {
            if let Some(port) = port_of(&directory) {
                return Some(Self { child, port, directory });
            }
            thread::sleep(Duration::from_millis(10));
        }
        // The shell stops the server when its input ends. Killing the shell would leave the server behind.
        drop(child.stdin.take());
        let _ = child.wait();
        panic!("no server: {}", fs::read_to_string(directory.join("log")).unwrap_or_default());
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address, for `connect`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Where its files are.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut input) = self.child.stdin.take() {
            let _ = input.write_all(b"\n");
        }
        let _ = self.child.wait();
    }
}

fn is_installed() -> bool {
    let found = Command::new("nats-server").arg("--version").stdout(Stdio::null()).status();
    !matches!(found, Err(error) if error.kind() == io::ErrorKind::NotFound)
}

/// A new directory.
fn directory() -> PathBuf {
    for number in 0.. {
        let name = format!("actor-nats-{}-{number}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        if fs::create_dir(&directory).is_ok() {
            return directory;
        }
    }
    unreachable!("there are enough numbers")
}

/// The port that the server has written down.
fn port_of(directory: &Path) -> Option<u16> {
    let files = fs::read_dir(directory).ok()?;
    let file =
        files.flatten().find(|file| file.path().extension().is_some_and(|end| end == "ports"))?;
    let text = fs::read_to_string(file.path()).ok()?;
    let (_, rest) = text.split_once("://127.0.0.1:")?;
    rest.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}
