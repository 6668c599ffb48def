//! The program: signals under load, and its command line.

use std::{
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener},
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
    spawn(command.args(["--port", "0"]).args(arguments))
}

fn spawn(command: &mut Command) -> (Child, SocketAddr) {
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program");
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

/// Runs the program with arguments with which it ends at once, and returns its status, stdout and stderr.
fn output(arguments: &[&str]) -> (Option<i32>, String, String) {
    let program = env!("CARGO_BIN_EXE_mini-redis-actors");
    let output = Command::new(program).args(arguments).output().expect("the program");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn an_option_that_is_unknown_or_invalid_is_named() {
    for (arguments, expected) in [
        (&["--bogus"][..], "--bogus"),
        (&["-p", "many"], "invalid value `many` of --port"),
        (&["--port", "65536"], "invalid value `65536` of --port"),
        (&["--maxclients", "-1"], "invalid value `-1` of --maxclients"),
        (&["--loglevel", "loud"], "invalid value `loud` of --loglevel"),
        (&["--query-buffer", "8tb"], "invalid value `8tb` of --query-buffer"),
        (&["--pubsub-buffer", "99999999999gb"], "invalid value `99999999999gb` of --pubsub-buffer"),
        (&["--databases", "0"], "invalid value `0` of --databases: expected 1 to 65536"),
        (&["--databases", "4000000000"], "invalid value `4000000000` of --databases"),
        (&["--threads", "0"], "invalid value `0` of --threads: expected 1 to 1024"),
        (&["--threads", "99999999999"], "invalid value `99999999999` of --threads"),
        (&["--maxclients", "0"], "invalid value `0` of --maxclients: expected at least 1"),
        (&["redis.conf"], "unexpected argument \"redis.conf\""),
        (&["--databases"], "--databases"),
    ] {
        let (status, _, stderr) = output(arguments);
        assert_eq!(status, Some(2), "{arguments:?}");
        let line = stderr.lines().next().expect("a message");
        assert!(line.contains(expected), "{line}");
    }
}

#[test]
fn an_address_that_cannot_be_used_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let (status, _, stderr) = output(&["-p", &port]);
    assert_eq!(status, Some(1));
    let expected = format!("cannot listen on 127.0.0.1:{port} (--host 127.0.0.1 --port {port}): ");
    assert!(stderr.contains(&expected), "{stderr}");
    let (status, _, stderr) = output(&["--host", "no such host", "-p", "0"]);
    assert_eq!(status, Some(1));
    assert!(stderr.contains("(--host no such host --port 0): "), "{stderr}");
}

#[test]
fn the_version_and_the_help_are_printed() {
    let (status, stdout, _) = output(&["--version"]);
    assert_eq!(
        (status, stdout.trim()),
        (Some(0), concat!("mini-redis-actors ", env!("CARGO_PKG_VERSION")))
    );
    let (status, stdout, _) = output(&["--help"]);
    assert_eq!(status, Some(0));
    assert!(stdout.contains("-p, --port N"));
}

/// Runs the program with an output that cannot be written.
#[cfg(target_os = "linux")]
fn status_without(stdout: bool, stderr: bool, arguments: &[&str]) -> Option<i32> {
    let full = |is_full| {
        let file = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
        if is_full { Stdio::from(file) } else { Stdio::null() }
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_mini-redis-actors"));
    command.args(arguments).stdout(full(stdout)).stderr(full(stderr));
    command.status().expect("the program").code()
}

#[cfg(target_os = "linux")]
#[test]
fn outputs_that_cannot_be_written_cause_no_panic() {
    for arguments in ["--help", "--version"] {
        assert_eq!(status_without(true, false, &[arguments]), Some(1), "{arguments}");
        assert_eq!(status_without(true, true, &[arguments]), Some(1), "{arguments}");
    }
    assert_eq!(status_without(false, true, &["--bogus"]), Some(2));
    assert_eq!(status_without(false, true, &["--host", "no such host"]), Some(1));
}

/// It serves, and ends in an orderly way.
#[cfg(target_os = "linux")]
#[test]
fn a_log_that_cannot_be_written_changes_nothing() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
    let mut command = Command::new(env!("CARGO_BIN_EXE_mini-redis-actors"));
    command.args(["--port", "0", "--loglevel", "debug"]);
    let (mut child, address) = spawn(command.stderr(full));
    assert_eq!(Client::connect(address).say("PING"), "+PONG");
    let status = Command::new("kill").arg(child.id().to_string()).status().expect("`kill`");
    assert!(status.success());
    assert_eq!(child.wait().expect("the program ends").code(), Some(0));
}

#[test]
fn a_host_may_be_a_name() {
    let (mut child, address) = start(&["--host", "localhost"]);
    assert!(address.ip().is_loopback());
    assert_eq!(Client::connect(address).say("PING"), "+PONG");
    child.kill().expect("the program runs");
    child.wait().expect("the program ends");
}

#[cfg(unix)]
#[test]
fn there_are_no_more_clients_than_files_that_may_be_open() {
    let program = env!("CARGO_BIN_EXE_mini-redis-actors");
    let mut command = Command::new("sh");
    let script = format!("ulimit -n 100; exec '{program}' --port 0 --maxclients 500");
    let mut child = command
        .args(["-c", &script])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("`sh`");
    let stdout = BufReader::new(child.stdout.take().expect("its output"));
    let first = stdout.lines().next().expect("a line").expect("text");
    let address: SocketAddr =
        first.strip_prefix("listening on ").expect("an address").parse().expect("an address");
    let clients: Vec<_> = (0..68).map(|_| Client::connect(address)).collect();
    for mut client in clients {
        assert_eq!(client.say("CONFIG GET maxclients"), "*2 $10 maxclients $2 68");
    }
    child.kill().expect("the program runs");
    let output = child.wait_with_output().expect("the program ends");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(log.contains("--maxclients is 68 instead of 500"), "{log}");
}
