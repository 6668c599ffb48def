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

/// Returns the resident memory of a process in bytes.
#[cfg(target_os = "linux")]
fn resident(child: &Child) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).expect("a status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
    let kilobytes = line.split_whitespace().next().expect("a number");
    kilobytes.parse::<usize>().expect("a number") * 1024
}

#[cfg(target_os = "linux")]
#[test]
fn idle_connections_keep_no_large_buffers() {
    const SIZE: usize = 8 * 1024 * 1024;
    let (mut child, address) = start(&[]);
    let value = vec![b'v'; SIZE];
    let (mut clients, mut publisher) = (Vec::new(), Client::connect(address));
    assert_eq!(publisher.run(&[b"SET", b"big", &value]), "+OK");
    let before = resident(&child);
    for number in 0..45 {
        let mut client = Client::connect(address);
        // What each of them does last is a large reply, a large request, or a large message.
        match number % 3 {
            0 => assert!(client.say("GET big").starts_with("$8388608 vvv")),
            1 => assert_eq!(client.run(&[b"SET", b"big", &value]), "+OK"),
            _ => assert_eq!(client.say("SUBSCRIBE news"), "*3 $9 subscribe $4 news :1"),
        }
        clients.push(client);
    }
    assert_eq!(publisher.run(&[b"PUBLISH", b"news", &value]), ":15");
    for subscriber in clients.iter_mut().skip(2).step_by(3) {
        assert!(subscriber.reply().starts_with("*3 $7 message $4 news $8388608 vvv"));
    }
    let grown = resident(&child).saturating_sub(before);
    child.kill().expect("the program runs");
    child.wait().expect("the program ends");
    assert!(grown < 10 * SIZE, "{grown} bytes are kept for {} idle connections", clients.len());
}

#[test]
fn an_unknown_option_is_reported() {
    let program = env!("CARGO_BIN_EXE_mini-redis-actors");
    let output = Command::new(program).arg("--bogus").output().expect("the program");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--bogus"));
}
