//! The `COMMAND` command, which describes the command table to clients.

use bytes::Bytes;

use crate::{
    frame::Frame,
    glob,
    store::access::{Fault, Outcome, SYNTAX},
};

use super::{COMMANDS, Command, Keys, Subcommand};

/// Returns the reply to `COMMAND` with these arguments.
pub(crate) fn answer(words: &[Bytes]) -> Outcome {
    let [subcommand, rest @ ..] = words else {
        return Ok(Frame::Array(COMMANDS.iter().map(details).collect()));
    };
    Ok(match subcommand.to_ascii_lowercase().as_slice() {
        b"count" => Frame::count(COMMANDS.len()),
        b"docs" => Frame::Map(
            named(rest).flatten().map(|command| (word(command.name), docs(command))).collect(),
        ),
        b"info" => {
            Frame::Array(named(rest).map(|command| command.map_or(Frame::Null, details)).collect())
        }
        b"getkeys" => return keys_of(rest),
        b"list" => return list(rest),
        _ => help(),
    })
}

/// Returns the commands with these names, or all commands if `names` is empty.
fn named(names: &[Bytes]) -> impl Iterator<Item = Option<&'static Command>> {
    let all = if names.is_empty() { COMMANDS } else { &[] };
    all.iter().map(Some).chain(names.iter().map(|name| Command::named(name)))
}

fn word(word: &'static str) -> Frame {
    Frame::word(word)
}

fn details(command: &Command) -> Frame {
    let Keys(first, last, step) = command.keys;
    Frame::Array(vec![
        word(command.name),
        Frame::Integer(command.arity),
        Frame::Set(command.flags.split_whitespace().map(Frame::Simple).collect()),
        Frame::Integer(first),
        Frame::Integer(last),
        Frame::Integer(step),
        Frame::Set(command.categories().into_iter().map(Frame::Simple).collect()),
        Frame::Array(Vec::new()),
        Frame::Array(key_specs(command)),
        Frame::Array(command.subcommands.iter().map(|sub| subcommand(command, sub)).collect()),
    ])
}

fn subcommand(command: &Command, sub: &Subcommand) -> Frame {
    Frame::Array(vec![
        Frame::text(format!("{}|{}", command.name, sub.name)),
        Frame::Integer(sub.arity),
        Frame::Set(Vec::new()),
        Frame::Integer(0),
        Frame::Integer(0),
        Frame::Integer(0),
        Frame::Set(command.categories().into_iter().map(Frame::Simple).collect()),
        Frame::Array(Vec::new()),
        Frame::Array(Vec::new()),
        Frame::Array(Vec::new()),
    ])
}

fn key_specs(command: &Command) -> Vec<Frame> {
    let Keys(first, last, step) = command.keys;
    if first == 0 {
        return Vec::new();
    }
    let is_write = command.flags.contains("write");
    // A non-negative last position is relative to the first key here.
    let last = if last < 0 { last } else { last - first };
    let map = |pairs: Vec<(&'static str, Frame)>| {
        Frame::Map(pairs.into_iter().map(|(key, value)| (word(key), value)).collect())
    };
    let begin =
        map(vec![("type", word("index")), ("spec", map(vec![("index", Frame::Integer(first))]))]);
    let range = vec![
        ("lastkey", Frame::Integer(last)),
        ("keystep", Frame::Integer(step)),
        ("limit", Frame::Integer(0)),
    ];
    let find = map(vec![("type", word("range")), ("spec", map(range))]);
    let flags = vec![Frame::Simple(if is_write { "RW" } else { "RO" })];
    vec![map(vec![("flags", Frame::Set(flags)), ("begin_search", begin), ("find_keys", find)])]
}

impl Command {
    /// Derives the ACL categories from the group, the flags and the name.
    fn categories(&self) -> Vec<&'static str> {
        let mut categories = Vec::new();
        let has = |flag: &str| self.flags.split_whitespace().any(|mine| mine == flag);
        if matches!(self.group, "generic") || matches!(self.name, "dbsize" | "flushdb" | "flushall")
        {
            categories.push("@keyspace");
        }
        if has("readonly") {
            categories.push("@read");
        }
        if has("write") {
            categories.push("@write");
        }
        match self.group {
            "string" => categories.push("@string"),
            "hash" => categories.push("@hash"),
            "list" => categories.push("@list"),
            "set" => categories.push("@set"),
            "sorted-set" => categories.push("@sortedset"),
            "pubsub" => categories.push("@pubsub"),
            "connection" => categories.push("@connection"),
            "transactions" => categories.push("@transaction"),
            _ => {}
        }
        categories.push(if has("fast") { "@fast" } else { "@slow" });
        if matches!(self.name, "keys" | "flushdb" | "flushall" | "config" | "info") {
            categories.push("@dangerous");
        }
        categories
    }
}

fn docs(command: &Command) -> Frame {
    let mut pairs = vec![
        (word("summary"), word(command.summary)),
        (word("since"), word(command.since)),
        (word("group"), word(command.group)),
    ];
    if !command.subcommands.is_empty() {
        let sub = |sub: &Subcommand| {
            let name = Frame::text(format!("{}|{}", command.name, sub.name));
            let docs =
                vec![(word("since"), word(command.since)), (word("group"), word(command.group))];
            (name, Frame::Map(docs))
        };
        pairs
            .push((word("subcommands"), Frame::Map(command.subcommands.iter().map(sub).collect())));
    }
    Frame::Map(pairs)
}

fn keys_of(words: &[Bytes]) -> Outcome {
    let unknown = Fault("ERR Invalid command specified".into());
    Command::named(&words[0]).ok_or(unknown)?;
    let wrong = |_| Fault("ERR Invalid number of arguments specified for command".into());
    let command = Command::of(words).map_err(wrong)?;
    if command.keys.0 == 0 {
        return Err(Fault("ERR The command has no key arguments".into()));
    }
    Ok(Frame::Array(command.keys.of(words).cloned().map(Frame::Bulk).collect()))
}

fn list(words: &[Bytes]) -> Outcome {
    let names = COMMANDS.iter().map(|command| command.name);
    let fits: Vec<&str> = match words {
        [] => names.collect(),
        [filter, by, what] if filter.eq_ignore_ascii_case(b"FILTERBY") => {
            match by.to_ascii_lowercase().as_slice() {
                b"pattern" => names
                    .filter(|name| glob::matches_ignoring_case(what, name.as_bytes()))
                    .collect(),
                b"aclcat" => COMMANDS
                    .iter()
                    .filter(|command| command.is_in(what))
                    .map(|command| command.name)
                    .collect(),
                b"module" => Vec::new(),
                _ => return Err(SYNTAX),
            }
        }
        _ => return Err(SYNTAX),
    };
    Ok(Frame::Array(fits.into_iter().map(Frame::word).collect()))
}

impl Command {
    fn is_in(&self, category: &[u8]) -> bool {
        self.categories().iter().any(|mine| mine.as_bytes()[1..].eq_ignore_ascii_case(category))
    }
}

fn help() -> Frame {
    let lines = [
        "COMMAND <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "(no subcommand)",
        "    Return details about all Redis commands.",
        "COUNT",
        "    Return the total number of commands in this Redis server.",
        "LIST",
        "    Return a list of all commands in this Redis server.",
        "INFO [<command-name> ...]",
        "    Return details about multiple Redis commands.",
        "    If no command names are given, documentation details for all",
        "    commands are returned.",
        "DOCS [<command-name> ...]",
        "    Return documentation details about multiple Redis commands.",
        "    If no command names are given, documentation details for all",
        "    commands are returned.",
        "GETKEYS <full-command>",
        "    Return the keys from a full Redis command.",
        "HELP",
        "    Print this help.",
    ];
    Frame::Array(lines.into_iter().map(Frame::Simple).collect())
}
