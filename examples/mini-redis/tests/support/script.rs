//! Scripts of commands and expected replies.
//!
//! ```text
//! # A comment.
//! > SET k "a b"            a client sends a command
//! +OK                      its reply, with line breaks replaced by spaces
//! b> GET k                 the client `b` sends a command
//! $3 a b
//! b< ...                   another reply to `b`; `...` matches any text
//! ```
//!
//! A command without a reply before another client's command is a blocking one: the script waits until the server
//! has blocked its client.
//!
//! The replies in `tests/scripts` were recorded from Redis 7.0.15. A script with a comment that begins with
//! `differs` is not checked against Redis.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::SocketAddr,
    path::PathBuf,
    time::{Duration, Instant},
};

use super::Client;

/// One line of a script.
#[derive(Clone, Debug)]
pub(crate) enum Line {
    /// A comment or an empty line.
    Comment(String),
    /// A client, and the command that it sends.
    Send(String, String),
    /// A client, and the reply that it expects.
    Get(String, String),
}

pub(crate) struct Script {
    pub(crate) path: PathBuf,
    pub(crate) lines: Vec<Line>,
}

/// Returns all scripts, sorted by name.
pub(crate) fn all() -> Vec<Script> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts");
    let entries = fs::read_dir(folder).expect("the scripts");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a script").path()).collect();
    paths.sort();
    paths.into_iter().map(Script::read).collect()
}

impl Script {
    pub(crate) fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).expect("a script");
        let mut speaker = String::new();
        let mut lines = Vec::new();
        for line in text.lines() {
            lines.push(if line.is_empty() || line.starts_with('#') {
                Line::Comment(line.to_owned())
            } else if let Some((name, command)) = named(line, "> ") {
                speaker = name.to_owned();
                Line::Send(speaker.clone(), command.to_owned())
            } else if let Some((name, reply)) = named(line, "< ") {
                Line::Get(name.to_owned(), reply.to_owned())
            } else {
                Line::Get(speaker.clone(), line.to_owned())
            });
        }
        Self { path, lines }
    }

    /// Whether this server is known to reply differently from Redis.
    pub(crate) fn differs(&self) -> bool {
        self.lines
            .iter()
            .any(|line| matches!(line, Line::Comment(text) if text.starts_with("# differs")))
    }

    /// Runs the script against a server, and returns the differences.
    pub(crate) fn play(&self, address: SocketAddr) -> Vec<String> {
        let mut clients = BTreeMap::new();
        let mut wrong = Vec::new();
        let mut asked = String::new();
        let mut blocked = BTreeSet::new();
        for (number, line) in self.lines.iter().enumerate() {
            match line {
                Line::Comment(_) => {}
                Line::Send(name, command) => {
                    asked = format!("{name}> {command}");
                    client(&mut clients, name, address).send_line(command);
                    if self.passes_to_another(number) {
                        blocked.insert(name);
                        await_blocked(address, blocked.len());
                    }
                }
                Line::Get(name, expected) => {
                    let got = client(&mut clients, name, address).reply();
                    blocked.remove(name);
                    if !fits(expected, &got) {
                        wrong.push(format!("{asked}\n  expected {expected}\n  got      {got}"));
                    }
                }
            }
        }
        for (name, mut client) in clients {
            // An unexpected reply would arrive before the one to this command.
            client.send_line("PING the-end");
            let last = client.try_reply().ok().flatten();
            let is_end = last.as_ref().is_none_or(|last| {
                last.contains("the-end") || last == "+QUEUED" || last.contains("NOAUTH")
            });
            if !is_end {
                wrong.push(format!("{name} got more than was expected: {last:?}"));
            }
        }
        wrong
    }

    /// Whether a command has no reply yet when another client sends the next one, so it must be blocked by then.
    fn passes_to_another(&self, number: usize) -> bool {
        let Line::Send(name, _) = &self.lines[number] else {
            return false;
        };
        let next = self.lines[number + 1..].iter().find(|line| !matches!(line, Line::Comment(_)));
        matches!(next, Some(Line::Send(other, _)) if other != name)
    }

    /// Runs the script, and overwrites its replies with those of the server.
    pub(crate) fn record(&self, address: SocketAddr) {
        const QUIET: Duration = Duration::from_millis(60);
        let mut clients = BTreeMap::new();
        let mut text = String::new();
        for line in &self.lines {
            match line {
                Line::Comment(comment) => text.push_str(&format!("{comment}\n")),
                Line::Get(..) => {}
                Line::Send(name, command) => {
                    text.push_str(&format!("{name}> {command}\n"));
                    client(&mut clients, name, address).send_line(command);
                    for reply in client(&mut clients, name, address).replies_until_quiet(QUIET) {
                        text.push_str(&format!("{reply}\n"));
                    }
                    for (other, client) in clients.iter_mut().filter(|(other, _)| *other != name) {
                        for reply in client.replies_until_quiet(QUIET) {
                            text.push_str(&format!("{other}< {reply}\n"));
                        }
                    }
                }
            }
        }
        fs::write(&self.path, text).expect("a script");
    }
}

impl Client {
    /// Sends the words of a line, which may be in double quotes with escapes. The words after `raw` are
    /// concatenated and sent without encoding.
    fn send_line(&mut self, line: &str) {
        if let Some(raw) = line.strip_prefix("raw ") {
            self.send_raw(&words(raw).concat());
            return;
        }
        let words = words(line);
        self.send(&words.iter().map(Vec::as_slice).collect::<Vec<_>>());
    }
}

/// Waits until the server has this many blocked clients.
fn await_blocked(address: SocketAddr, count: usize) {
    let expected = format!("blocked_clients:{count}");
    let mut observer = Client::connect(address);
    let deadline = Instant::now() + Duration::from_secs(20);
    while !observer.say("INFO clients").split_whitespace().any(|fact| fact == expected) {
        assert!(Instant::now() < deadline, "not {expected} within 20 s");
    }
}

fn client<'a>(
    clients: &'a mut BTreeMap<String, Client>,
    name: &str,
    address: SocketAddr,
) -> &'a mut Client {
    clients.entry(name.to_owned()).or_insert_with(|| Client::connect(address))
}

/// Splits a line like `b> GET k`, where the name may be empty.
fn named<'a>(line: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let (name, rest) = line.split_once(mark)?;
    name.chars().all(|letter| letter.is_ascii_lowercase()).then_some((name, rest))
}

/// Returns `true` if a reply is as expected. `...` matches any text.
fn fits(expected: &str, got: &str) -> bool {
    let mut parts = expected.split("...");
    let Some(mut rest) = parts.next().and_then(|first| got.strip_prefix(first)) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn words(line: &str) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' => {}
            '"' => words.push(quoted(&mut letters)),
            first => {
                let mut word = String::from(first);
                while let Some(letter) = letters.next_if(|letter| *letter != ' ') {
                    word.push(letter);
                }
                words.push(word.into_bytes());
            }
        }
    }
    words
}

fn quoted(letters: &mut impl Iterator<Item = char>) -> Vec<u8> {
    let mut word = Vec::new();
    while let Some(letter) = letters.next().filter(|letter| *letter != '"') {
        if letter != '\\' {
            word.extend_from_slice(letter.to_string().as_bytes());
            continue;
        }
        word.push(match letters.next() {
            Some('n') => b'\n',
            Some('r') => b'\r',
            Some('0') => 0,
            Some('x') => {
                let digits: String = letters.take(2).collect();
                u8::from_str_radix(&digits, 16).expect("two digits")
            }
            Some(other) => u8::try_from(other).expect("an escape"),
            None => panic!("a script ends with a backslash"),
        });
    }
    word
}
