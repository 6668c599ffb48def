//! The `INFO` command.

use std::fmt::Write;

use bytes::Bytes;

use crate::{
    frame::Frame,
    server::Facts,
    store::{access::Fault, keyspace::Sizes},
};

use super::{Connection, hello::VERSION};

impl Connection {
    pub(super) async fn facts(&self) -> Result<Facts, Fault> {
        Ok(self.server()?.facts().await?)
    }

    pub(super) async fn info(&mut self, sections: &[Bytes]) -> Result<Frame, Fault> {
        let facts = self.facts().await?;
        let sizes = self.services.store.sizes().await?;
        let hub = &self.services.hub;
        let channels = hub.channels(crate::hub::Kind::Channel, None).await?;
        let patterns = hub.patterns().await?;
        let stats = stats(&facts, &sizes, channels.len(), patterns);
        let all = [
            ("Server", server(&facts)),
            ("Clients", clients(&facts, &sizes)),
            ("Memory", memory()),
            ("Persistence", PERSISTENCE.to_owned()),
            ("Stats", stats),
            ("Replication", REPLICATION.to_owned()),
            ("CPU", String::new()),
            ("Cluster", "cluster_enabled:0\r\n".to_owned()),
            ("Keyspace", keyspace(&sizes)),
        ];
        let wants = |name: &str| {
            let is_all = |word: &Bytes| {
                let words: [&[u8]; 3] = [b"all", b"default", b"everything"];
                words.iter().any(|all| word.eq_ignore_ascii_case(all))
            };
            let is_it = |word: &Bytes| word.eq_ignore_ascii_case(name.as_bytes());
            sections.is_empty() || sections.iter().any(|word| is_all(word) || is_it(word))
        };
        let parts = all.iter().filter(|(name, _)| wants(name));
        let parts: Vec<String> = parts.map(|(name, text)| format!("# {name}\r\n{text}")).collect();
        Ok(Frame::Text(parts.join("\r\n")))
    }
}

const PERSISTENCE: &str = "loading:0\r\naof_enabled:0\r\nrdb_bgsave_in_progress:0\r\n";

const REPLICATION: &str = "role:master\r\nconnected_slaves:0\r\nmaster_replid:0000000000000000000000000000000000000000\r\nmaster_repl_offset:0\r\n";

fn server(facts: &Facts) -> String {
    let seconds = facts.started.elapsed().as_secs();
    lines(&[
        ("redis_version", VERSION.to_owned()),
        ("redis_mode", "standalone".to_owned()),
        ("server_name", env!("CARGO_PKG_NAME").to_owned()),
        ("os", std::env::consts::OS.to_owned()),
        ("arch_bits", usize::BITS.to_string()),
        ("process_id", std::process::id().to_string()),
        ("tcp_port", facts.address.port().to_string()),
        ("uptime_in_seconds", seconds.to_string()),
        ("uptime_in_days", (seconds / 86_400).to_string()),
    ])
}

fn clients(facts: &Facts, sizes: &Sizes) -> String {
    lines(&[
        ("connected_clients", facts.clients.to_string()),
        ("maxclients", facts.max_clients.to_string()),
        ("blocked_clients", sizes.waiting.to_string()),
        ("pubsub_clients", facts.subscribers.to_string()),
    ])
}

fn memory() -> String {
    let rss = resident().unwrap_or(0);
    lines(&[
        ("used_memory", rss.to_string()),
        ("used_memory_rss", rss.to_string()),
        ("maxmemory", "0".to_owned()),
        ("maxmemory_policy", "noeviction".to_owned()),
    ])
}

/// Returns the resident memory of the process in bytes. Only supported on Linux.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}

fn stats(facts: &Facts, sizes: &Sizes, channels: usize, patterns: usize) -> String {
    lines(&[
        ("total_connections_received", facts.accepted.to_string()),
        ("rejected_connections", facts.refused.to_string()),
        ("expired_keys", sizes.counts.expired.to_string()),
        ("evicted_keys", "0".to_owned()),
        ("keyspace_hits", sizes.counts.hits.to_string()),
        ("keyspace_misses", sizes.counts.misses.to_string()),
        ("pubsub_channels", channels.to_string()),
        ("pubsub_patterns", patterns.to_string()),
    ])
}

fn keyspace(sizes: &Sizes) -> String {
    let mut text = String::new();
    for (number, (keys, expires)) in sizes.databases.iter().enumerate() {
        if *keys > 0 {
            // Writing to a string cannot fail.
            let _ = write!(text, "db{number}:keys={keys},expires={expires},avg_ttl=0\r\n");
        }
    }
    text
}

fn lines(pairs: &[(&str, String)]) -> String {
    pairs.iter().map(|(name, value)| format!("{name}:{value}\r\n")).collect()
}
