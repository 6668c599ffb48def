//! The program: signals under load, and its command line.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
};

use crate::support::Client;

fn start(arguments: &[&str]) -> (Child, SocketAddr) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mini-redis-actors"));
    command.args(["--port", "0"]).args(arguments).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the program");
    let stdout = BufReader::new(child.stdout.take().expect("its output"));
    let first = stdout.lines().next().expect("a line").expect("text");
    let address = first.strip_prefix("listening on ").expect("an address");
    (child, address.parse().expect("an address"))
}

#[cfg(unix)]
fn end_under_load(signal: &str, arguments: &[&str]) {
    let (mut child, address) = start(arguments);
    let served = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let served = served.clone();
            thread::spawn(move || {
                let mut client = Client::connect(address);
                while let Ok(Some(reply)) = client.try_say("INCR served") {
                    assert!(reply.starts_with(':'), "{reply}");
                    served.fetch_add(1, SeqCst);
                }
            })
        })
        .collect();
    while served.load(SeqCst) < 500 {
        thread::yield_now();
    }
    let pid = child.id().to_string();
    let killed = Command::new("kill").args([signal, &pid]).status().expect("`kill`");
    assert!(killed.success());
    let status = child.wait().expect("the program ends");
    assert_eq!(status.code(), Some(0), "{status}");
    for client in clients {
        client.join().expect("the client does not panic");
    }
}

#[cfg(unix)]
#[test]
fn sigint_under_load_exits_with_status_0() {
    end_under_load("-INT", &[]);
}

#[cfg(unix)]
#[test]
fn sigterm_under_load_with_two_threads_exits_with_status_0() {
    end_under_load("-TERM", &["--threads", "2"]);
}

#[test]
fn an_unknown_option_is_reported() {
    let program = env!("CARGO_BIN_EXE_mini-redis-actors");
    let output = Command::new(program).arg("--bogus").output().expect("the program");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--bogus"));
}
