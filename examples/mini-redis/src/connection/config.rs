//! The `CONFIG` command.

use bytes::Bytes;

use crate::{
    command,
    frame::Frame,
    glob,
    store::{access::Fault, events::Notifications},
    writer::Limits,
};

use super::Connection;

/// The parameter that says which events of keys are published. The only one that can be changed.
const NOTIFICATIONS: &str = "notify-keyspace-events";

/// The constant parameters of `CONFIG GET`. `databases` does not follow the settings.
const PARAMETERS: &[(&str, &str)] = &[
    ("appendfsync", "everysec"),
    ("appendonly", "no"),
    ("daemonize", "no"),
    ("databases", "16"),
    ("maxmemory", "0"),
    ("maxmemory-policy", "noeviction"),
    ("proto-max-bulk-len", "536870912"),
    ("save", ""),
    ("tcp-keepalive", "0"),
    ("timeout", "0"),
];

/// Parameters of `CONFIG SET` that have no effect in this server.
const WITHOUT_EFFECT: &[&str] = &[
    "hash-max-listpack-entries",
    "hash-max-listpack-value",
    "hash-max-ziplist-entries",
    "hash-max-ziplist-value",
    "list-compress-depth",
    "list-max-listpack-size",
    "list-max-ziplist-size",
    "set-max-intset-entries",
    "zset-max-listpack-entries",
    "zset-max-listpack-value",
    "zset-max-ziplist-entries",
    "zset-max-ziplist-value",
];

impl Connection {
    pub(super) async fn config(&mut self, words: &[Bytes]) -> Result<Frame, Fault> {
        let (subcommand, rest) = (words[0].to_ascii_lowercase(), &words[1..]);
        match subcommand.as_slice() {
            b"get" => self.get_config(rest).await,
            b"set" => self.set_config(rest).await,
            b"resetstat" => Ok(Frame::OK),
            b"rewrite" => Err(Fault("ERR The server is running without a config file".into())),
            _ => Ok(help()),
        }
    }

    /// Runs `CONFIG SET`, for all parameters or for none.
    ///
    /// Parameters of encodings that do not exist here are accepted, and so is the value that a parameter has.
    async fn set_config(&mut self, pairs: &[Bytes]) -> Result<Frame, Fault> {
        if !pairs.len().is_multiple_of(2) {
            return Err(command::wrong_arity("config|set"));
        }
        let pairs: Vec<_> =
            pairs.chunks_exact(2).map(|pair| (parameter(&pair[0]), &pair[1])).collect();
        for (place, (name, value)) in pairs.iter().enumerate() {
            let refused = |why: &str| {
                Fault::from(format!(
                    "ERR CONFIG SET failed (possibly related to argument '{name}') - {why}"
                ))
            };
            if pairs[place + 1..].iter().any(|(other, _)| other == name) {
                return Err(refused("duplicate parameter"));
            }
            if *name == NOTIFICATIONS {
                if !Notifications::default().set(value) {
                    return Err(refused("Invalid event class character. Use 'Ag$lshzxeKEtdn'."));
                }
            } else if !WITHOUT_EFFECT.contains(&name.as_str()) {
                let Frame::Map(known) = self.get_config(&[name.clone().into()]).await? else {
                    continue;
                };
                match known.first() {
                    Some((_, Frame::Bulk(known))) if known == *value => {}
                    Some(_) => return Err(refused("can't set immutable config")),
                    None => {
                        let text = "ERR Unknown option or number of arguments for CONFIG SET";
                        return Err(format!("{text} - '{name}'").into());
                    }
                }
            }
        }
        if let Some((_, value)) = pairs.iter().find(|(name, _)| name == NOTIFICATIONS) {
            self.services.notifications.set(value);
        }
        Ok(Frame::OK)
    }

    async fn get_config(&self, patterns: &[Bytes]) -> Result<Frame, Fault> {
        let facts = self.facts().await?;
        let Limits { requests, messages, .. } = self.services.limits;
        let output = format!("normal 0 0 0 slave 0 0 0 pubsub {messages} 0 0");
        let live = [
            ("bind", facts.address.ip().to_string()),
            ("client-output-buffer-limit", output),
            ("client-query-buffer-limit", requests.to_string()),
            (NOTIFICATIONS, self.services.notifications.text()),
            ("maxclients", facts.max_clients.to_string()),
            ("port", facts.address.port().to_string()),
        ];
        let fixed = PARAMETERS.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let mut all: Vec<_> = fixed.chain(live).collect();
        all.sort_unstable();
        let fits = |(name, _): &(&str, String)| {
            let name = name.as_bytes();
            patterns.iter().any(|pattern| glob::matches_ignoring_case(pattern, name))
        };
        let pair = |(name, value)| (Frame::word(name), Frame::text(value));
        Ok(Frame::Map(all.into_iter().filter(fits).map(pair).collect()))
    }
}

/// Returns the name of a parameter as `CONFIG GET` shows it.
fn parameter(name: &[u8]) -> String {
    String::from_utf8_lossy(name).to_ascii_lowercase()
}

fn help() -> Frame {
    let lines = [
        "CONFIG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "GET <pattern>",
        "    Return parameters matching the glob-like <pattern> and their values.",
        "SET <directive> <value>",
        "    Set the configuration <directive> to <value>.",
        "RESETSTAT",
        "    Reset statistics reported by the INFO command.",
        "REWRITE",
        "    Rewrite the configuration file.",
        "HELP",
        "    Print this help.",
    ];
    Frame::Array(lines.into_iter().map(Frame::Simple).collect())
}
