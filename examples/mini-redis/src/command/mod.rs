//! The command table, and the checks that precede a command.
//!
//! [`Command::of`] looks up a command and checks its number of arguments. Its [`Run`] says which actor runs
//! it.

mod describe;
mod table;

use std::{
    collections::HashMap,
    fmt,
    hash::{BuildHasherDefault, Hasher},
    sync::LazyLock,
};

use bytes::Bytes;

use crate::{
    hub::Kind,
    store::access::{Access, Fault, Outcome},
};

pub(crate) use describe::answer;
pub(crate) use table::COMMANDS;

/// A command run by the store: a function of the store and the arguments.
#[derive(Clone, Copy)]
pub(crate) struct StoreCommand {
    pub(crate) keys: Keys,
    pub(crate) run: fn(&mut Access<'_>, &[Bytes]) -> Outcome,
}

impl fmt::Debug for StoreCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreCommand")
    }
}

/// The actor that runs a command.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Run {
    /// The store.
    Store(StoreCommand),
    /// The store, which may wait until there is an element.
    Blocking(StoreCommand),
    /// The hub.
    Publish { is_sharded: bool },
    /// The connection itself.
    Local(Local),
}

/// A command run by the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Local {
    Auth,
    Client,
    Command,
    Config,
    Debug,
    Discard,
    Echo,
    Exec,
    Function,
    Hello,
    Info,
    Monitor,
    Multi,
    Ping,
    Pubsub,
    Quit,
    Reset,
    Select,
    Subscribe(Kind),
    Unsubscribe(Kind),
    Unwatch,
    Watch,
}

/// The positions of the keys: the first, the last, and the step between them.
///
/// Position 0 is the name of the command, so a first position of 0 means that there are no keys. A negative
/// last position is counted from the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keys(pub(crate) i64, pub(crate) i64, pub(crate) i64);

impl Keys {
    /// Returns the keys in a request.
    pub(crate) fn of(self, words: &[Bytes]) -> impl Iterator<Item = &Bytes> {
        let Self(first, last, step) = self;
        let length = i64::try_from(words.len()).unwrap_or(i64::MAX);
        let end = if last < 0 { length + last } else { last } + 1;
        let place = |place: i64| usize::try_from(place).unwrap_or(0).min(words.len());
        let range = if first == 0 { 0..0 } else { place(first)..place(end) };
        let words = words.get(range).unwrap_or_default();
        words.iter().step_by(usize::try_from(step).unwrap_or(1).max(1))
    }
}

/// An entry of the command table.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) name: &'static str,
    /// The number of words including the name. If negative, its absolute value is the minimum.
    pub(crate) arity: i64,
    /// The flags listed by `COMMAND INFO`, separated by spaces.
    pub(crate) flags: &'static str,
    pub(crate) keys: Keys,
    pub(crate) run: Run,
    pub(crate) group: &'static str,
    pub(crate) since: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) subcommands: &'static [Subcommand],
}

/// A subcommand, such as `KILL` of `CLIENT`.
#[derive(Debug)]
pub(crate) struct Subcommand {
    pub(crate) name: &'static str,
    /// As for [`Command`]. The name counts as two words.
    pub(crate) arity: i64,
}

/// The commands by their names, see [`pack`].
static BY_NAME: LazyLock<HashMap<u128, &'static Command, BuildHasherDefault<NameHasher>>> =
    LazyLock::new(|| {
        let named = |command: &'static Command| Some((pack(command.name.as_bytes())?, command));
        COMMANDS.iter().filter_map(named).collect()
    });

/// Hashes the names of commands. They are not chosen by clients, so this need not resist them.
#[derive(Default)]
struct NameHasher(u64);

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            let mixed = (self.0 ^ u64::from_le_bytes(word)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            self.0 = mixed ^ (mixed >> 32);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Returns the bytes of a name in lower case as a number, or `None` if it is too long for a command.
fn pack(name: &[u8]) -> Option<u128> {
    let mut lower = [0; LONGEST];
    let place = lower.get_mut(..name.len())?;
    place.copy_from_slice(name);
    lower.make_ascii_lowercase();
    Some(u128::from_le_bytes(lower))
}

/// The maximum length of a command name.
const LONGEST: usize = 16;

impl Command {
    /// Returns the command with this name, ignoring case.
    pub(crate) fn named(name: &[u8]) -> Option<&'static Self> {
        // A name with zeros at its end is packed like the one without.
        let command = BY_NAME.get(&pack(name)?).copied();
        command.filter(|command| command.name.len() == name.len())
    }

    /// Returns the command for a request, or an error if it is unknown or the number of words is wrong.
    pub(crate) fn of(words: &[Bytes]) -> Result<&'static Self, Fault> {
        let Some(command) = Self::named(&words[0]) else {
            return Err(unknown(words));
        };
        if !is_enough(command.arity, words.len()) {
            return Err(wrong_arity(command.name));
        }
        if let ([_, ..], [_, second, ..]) = (command.subcommands, words) {
            match command.subcommand(words) {
                None => return Err(command.unknown_subcommand(second)),
                Some(sub) if !is_enough(sub.arity, words.len()) => {
                    return Err(wrong_arity(&command.full_name(words)));
                }
                Some(_) => {}
            }
        }
        Ok(command)
    }

    fn subcommand(&self, words: &[Bytes]) -> Option<&'static Subcommand> {
        self.subcommand_index(words).and_then(|place| self.subcommands.get(place))
    }

    /// Returns the index of the subcommand that a request names.
    pub(crate) fn subcommand_index(&self, words: &[Bytes]) -> Option<usize> {
        let word = words.get(1).filter(|_| !self.subcommands.is_empty())?;
        self.subcommands.iter().position(|sub| word.eq_ignore_ascii_case(sub.name.as_bytes()))
    }

    /// Returns the name used in errors, such as `get` or `client|kill`.
    pub(crate) fn full_name(&self, words: &[Bytes]) -> String {
        let name = self.name;
        self.subcommand(words).map_or(name.to_owned(), |sub| format!("{name}|{}", sub.name))
    }

    /// Returns the index in [`COMMANDS`].
    pub(crate) fn index(&'static self) -> usize {
        let distance = std::ptr::from_ref(self).addr() - COMMANDS.as_ptr().addr();
        distance / size_of::<Self>()
    }

    /// Whether a subscriber may run it in RESP2, where replies look like messages.
    pub(crate) fn is_for_subscribers(&self) -> bool {
        use Local::{Ping, Quit, Reset, Subscribe, Unsubscribe};
        matches!(self.run, Run::Local(Ping | Quit | Reset | Subscribe(_) | Unsubscribe(_)))
    }

    /// Whether it reads or changes keys, or publishes: not for a client that monitors.
    pub(crate) fn uses_keys(&self) -> bool {
        let is_access = |flag: &str| flag == "write" || flag == "readonly";
        matches!(self.run, Run::Publish { .. }) || self.flags.split(' ').any(is_access)
    }

    /// Whether it runs immediately instead of being queued between `MULTI` and `EXEC`.
    pub(crate) fn is_immediate(&self) -> bool {
        use Local::{Discard, Exec, Multi, Quit, Reset, Watch};
        matches!(self.run, Run::Local(Discard | Exec | Multi | Quit | Reset | Watch))
    }

    fn unknown_subcommand(&self, word: &[u8]) -> Fault {
        let word = printable(word, 128);
        let container = self.name.to_ascii_uppercase();
        format!("ERR unknown subcommand '{word}'. Try {container} HELP.").into()
    }
}

fn is_enough(arity: i64, words: usize) -> bool {
    let words = i64::try_from(words).unwrap_or(i64::MAX);
    words == arity || arity < 0 && words >= -arity
}

pub(crate) fn wrong_arity(name: &str) -> Fault {
    format!("ERR wrong number of arguments for '{name}' command").into()
}

fn unknown(words: &[Bytes]) -> Fault {
    let mut arguments = String::new();
    for word in &words[1..] {
        if arguments.len() >= 128 {
            break;
        }
        let word = printable(word, 128 - arguments.len());
        arguments.push_str(&format!("'{word}' "));
    }
    let name = printable(&words[0], 128);
    format!("ERR unknown command '{name}', with args beginning with: {arguments}").into()
}

/// Whether a word begins a line of HTTP.
///
/// A web page can make a browser send HTTP requests to any port of this machine, with lines of its choice in
/// the body. `POST` or `Host:` comes before the body.
pub(crate) fn is_http(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"POST") || name.eq_ignore_ascii_case(b"Host:")
}

/// Returns at most `most` bytes of a word as text, for an error.
fn printable(word: &[u8], most: usize) -> String {
    String::from_utf8_lossy(&word[..word.len().min(most)]).into_owned()
}
