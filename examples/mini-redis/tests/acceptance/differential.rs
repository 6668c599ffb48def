//! Differential test: Redis 7 and this server get the same random commands and must give the same replies, and publish
//! the same events of keys.
//!
//! `SEED=n` repeats a run, and `COMMANDS=n` sets its length. Replies are compared byte by byte, with these
//! exceptions:
//!
//! - The words of `KEYS`, `SMEMBERS`, `HGETALL`, `HKEYS` and `HVALS` are sorted, because their order is
//!   unspecified.
//! - `TTL` and `EXPIRETIME` may differ by a second, because the servers do not run them at the same time.
//! - `EXEC` is compared by the number of words if the transaction contains any of these.
//!
//! `SPOP` and `RANDOMKEY`, `SCAN`, and commands that describe the server, such as `INFO`, are not
//! comparable and are left out.

use std::{collections::VecDeque, net::SocketAddr};

use crate::{
    redis::Redis,
    support::{Client, Server, client::show},
};

/// The pseudo-random number generator SplitMix64, and the number of times that were drawn from it.
struct Random(u64, u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).expect("it is small")
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    fn one_of(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// A time far in the future, ten units from any other of the run.
    ///
    /// `EXPIRE` with `GT` or `LT` compares two deadlines. If they were equal up to the moment of their
    /// commands, the reply would depend on when each server ran them.
    fn far_time(&mut self) -> String {
        self.1 += 10;
        let far = [1_000_000, 2_000_000, 3_000_000, 9_999_000_000][self.below(4)];
        (far + self.1).to_string()
    }
}

/// Templates of commands.
///
/// `K` is a key, `V` a value, `I` an integer, `F` a float, `S` a time and `P` a pattern. A word with `?` is
/// optional, and one with `*` occurs up to three times.
const SHAPES: &[&str] = &[
    "APPEND K V",
    "COPY K K REPLACE?",
    "DBSIZE",
    "DECR K",
    "DECRBY K I",
    "DEL K K*",
    "ECHO V",
    "EXISTS K K*",
    "EXPIRE K S NX? XX? GT? LT?",
    "EXPIREAT K S",
    "EXPIRETIME K",
    "FLUSHDB",
    "GET K",
    "GETDEL K",
    "GETEX K EX? S?",
    "GETEX K PERSIST",
    "GETRANGE K I I",
    "GETSET K V",
    "HDEL K V V*",
    "HEXISTS K V",
    "HGET K V",
    "HGETALL K",
    "HINCRBY K V I",
    "HKEYS K",
    "HLEN K",
    "HMGET K V V*",
    "HMSET K V V",
    "HSET K V V",
    "HSET K V I",
    "HSETNX K V V",
    "HSTRLEN K V",
    "HVALS K",
    "INCR K",
    "INCRBY K I",
    "INCRBYFLOAT K F",
    "KEYS P",
    "BLPOP K K K 0.001",
    "BZPOPMIN K K K 0.001",
    "GETBIT K I",
    "LMOVE K K RIGHT LEFT",
    "MOVE K I",
    "SWAPDB I I",
    "LCS K K LEN?",
    "LCS K K IDX WITHMATCHLEN?",
    "GETEX K PERSIST?",
    "GETEX K EX S",
    "RPOPLPUSH K K",
    "SETBIT K I I",
    "LINDEX K I",
    "LLEN K",
    "LPOP K I?",
    "LPUSH K V V*",
    "LPUSHX K V",
    "LRANGE K I I",
    "LREM K I V",
    "LSET K I V",
    "LTRIM K I I",
    "MGET K K*",
    "MSET K V K V",
    "MSETNX K V K V",
    "PERSIST K",
    "PEXPIRE K S",
    "PEXPIREAT K S",
    "PING",
    "PING V",
    "PSETEX K S V",
    "PUBLISH V V",
    "RENAME K K",
    "RENAMENX K K",
    "RPOP K I?",
    "RPUSH K V V*",
    "RPUSHX K V",
    "SADD K V V*",
    "SCARD K",
    "SELECT I",
    "SET K I",
    "SET K V NX? GET?",
    "SET K F",
    "SET K V XX? KEEPTTL?",
    "SET K V EX? S? NX? XX? GET? KEEPTTL?",
    "SETEX K S V",
    "SETNX K V",
    "SETRANGE K I V",
    "SISMEMBER K V",
    "SMEMBERS K",
    "SREM K V V*",
    "STRLEN K",
    "TOUCH K K*",
    "TTL K",
    "TYPE K",
    "UNLINK K K*",
    "ZADD K NX? XX? GT? LT? CH? INCR? F V",
    "ZADD K F V F V",
    "ZCARD K",
    "ZINCRBY K F V",
    "ZPOPMAX K I?",
    "ZPOPMIN K I?",
    "ZRANGE K I I REV? WITHSCORES?",
    "ZREM K V V*",
    "ZSCORE K V",
    "MULTI",
    "EXEC",
    "DISCARD",
    "WATCH K",
    "UNWATCH",
    "BOGUS K V",
    "CLIENT GETNAME",
    "CLIENT SETNAME V",
    "OBJECTION",
    "PUBSUB NUMSUB V",
    "COMMAND GETKEYS GET K",
];

fn command(random: &mut Random) -> Vec<String> {
    let shape = random.pick(SHAPES);
    let mut words = Vec::new();
    for part in shape.split(' ') {
        let (kind, times) = match part.strip_suffix('?') {
            Some(kind) => (kind, random.below(2)),
            None => match part.strip_suffix('*') {
                Some(kind) => (kind, random.below(4)),
                None => (part, 1),
            },
        };
        for _ in 0..times {
            words.push(word(random, kind));
        }
    }
    // Sometimes there is a word too many or too few.
    if random.one_of(40) {
        words.push(word(random, "V"));
    } else if random.one_of(40) && words.len() > 1 {
        words.pop();
    }
    words
}

fn word(random: &mut Random, kind: &str) -> String {
    const EDGES: &[&str] = &[
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "abc",
        "",
        "1.5",
        "01",
    ];
    match kind {
        "K" => random.pick(&["a", "b", "c", "d", "e", "f"]).to_owned(),
        "V" => random
            .pick(&["a", "b", "v", "", "10", "long value", "tab\t", "line\r\nbreak"])
            .to_owned(),
        "P" => random.pick(&["*", "?", "[a-c]", "[^a]", "none", "\\a", "a*"]).to_owned(),
        "I" if random.one_of(15) => random.pick(EDGES).to_owned(),
        "I" => (random.below(30) as i64 - 10).to_string(),
        "F" if random.one_of(15) => {
            random.pick(&["abc", "", "inf", "-inf", "nan", "1e2"]).to_owned()
        }
        "F" => format!("{}", (random.below(200) as f64 - 100.0) / 4.0),
        "S" if random.one_of(8) => random.pick(EDGES).to_owned(),
        "S" if random.one_of(3) => random.pick(&["0", "-1"]).to_owned(),
        "S" => random.far_time(),
        plain => plain.to_owned(),
    }
}

/// Normalizes a reply for comparison.
fn comparable(words: &[String], reply: &str) -> String {
    let name = words[0].as_str();
    let number = reply.strip_prefix(':').and_then(|number| number.parse::<i64>().ok());
    match (name, number) {
        ("TTL" | "EXPIRETIME", Some(seconds)) if seconds > 0 => "about the same".to_owned(),
        ("KEYS" | "SMEMBERS" | "HGETALL" | "HKEYS" | "HVALS", _) => {
            let mut parts: Vec<&str> = reply.split_whitespace().collect();
            parts.sort_unstable();
            parts.join(" ")
        }
        _ => reply.to_owned(),
    }
}

/// Returns `true` unless the replies are times that differ by more than a second.
fn is_close(words: &[String], ours: &str, theirs: &str) -> bool {
    let seconds =
        |reply: &str| reply.strip_prefix(':').and_then(|number| number.parse::<i64>().ok());
    match (words[0].as_str(), seconds(ours), seconds(theirs)) {
        ("TTL" | "EXPIRETIME", Some(ours), Some(theirs)) => ours.abs_diff(theirs) <= 1,
        _ => true,
    }
}

/// The events of keys that a server publishes.
struct Events {
    listener: Client,
    publisher: Client,
}

impl Events {
    fn of(address: SocketAddr) -> Self {
        let (mut listener, mut publisher) = (Client::connect(address), Client::connect(address));
        // Without keys that expire, which happens at different times.
        assert_eq!(publisher.say("CONFIG SET notify-keyspace-events Eg$lshzn"), "+OK");
        listener.say("PSUBSCRIBE __keyevent@*");
        Self { listener, publisher }
    }

    /// Returns the events since the last call.
    fn since_last(&mut self) -> Vec<String> {
        self.publisher.say("PUBLISH __keyevent@end :");
        let mut events = Vec::new();
        loop {
            let event = self.listener.reply();
            if event.contains("__keyevent@end") {
                return events;
            }
            events.push(event);
        }
    }
}

/// The comparison stops after this many differences.
const MAX_DIFFERENCES: usize = 10;

fn compare(redis: &Redis, seed: u64, protocol: &str, commands: usize) {
    println!("SEED={seed} COMMANDS={commands}, HELLO {protocol}");
    let server = Server::start();
    let mut random = Random(seed, 0);
    let mut ours = Client::connect(server.address);
    let mut theirs = Client::connect(redis.address);
    theirs.say("FLUSHALL");
    for client in [&mut ours, &mut theirs] {
        client.say(&format!("HELLO {protocol}"));
    }
    let mut events = [Events::of(server.address), Events::of(redis.address)];
    let mut recent: VecDeque<String> = VecDeque::new();
    let mut transaction: Option<Vec<Vec<String>>> = None;
    let (mut done, mut wrong) = (0, Vec::new());
    while done < commands {
        // Pipelines of up to eight commands.
        let batch: Vec<Vec<String>> = (0..=random.below(8)).map(|_| command(&mut random)).collect();
        for words in &batch {
            let bytes: Vec<&[u8]> = words.iter().map(String::as_bytes).collect();
            ours.send(&bytes);
            theirs.send(&bytes);
        }
        for words in batch {
            let (mine, other) = (ours.reply(), theirs.reply());
            let queued = transaction.take();
            let text = show(words.join(" ").as_bytes());
            recent.push_back(format!("{text}\n    ours   {mine}\n    theirs {other}"));
            if recent.len() > MAX_DIFFERENCES {
                recent.pop_front();
            }
            // The reply to a transaction is incomparable if that of one of its commands is.
            let is_unordered = words[0] == "EXEC"
                && queued.iter().flatten().any(|words| {
                    comparable(words, "b a") != "b a"
                        || words[0].contains("TTL")
                        || words[0].contains("EXPIRETIME")
                });
            transaction = match (words[0].as_str(), &other[..]) {
                ("MULTI", "+OK") => Some(Vec::new()),
                (_, "+QUEUED") => {
                    let mut queued = queued.unwrap_or_default();
                    queued.push(words.clone());
                    Some(queued)
                }
                ("EXEC" | "DISCARD", _) => None,
                _ => queued,
            };
            let is_same = if is_unordered {
                mine.split(' ').count() == other.split(' ').count()
            } else {
                comparable(&words, &mine) == comparable(&words, &other)
                    && is_close(&words, &mine, &other)
            };
            if !is_same {
                let recent: Vec<&str> = recent.iter().map(String::as_str).collect();
                let shown =
                    if wrong.is_empty() { &recent[..] } else { &recent[recent.len() - 1..] };
                wrong.push(format!("after {done} commands:\n{}", shown.join("\n")));
            }
            done += 1;
        }
        let published = events.each_mut().map(Events::since_last);
        if published[0] != published[1] {
            let recent: Vec<&str> = recent.iter().map(String::as_str).collect();
            let [mine, other] = published.map(|events| events.join("\n    "));
            let recent = recent.join("\n");
            wrong.push(format!("events after\n{recent}\nours\n    {mine}\ntheirs\n    {other}"));
        }
        // Later differences may be consequences of earlier ones.
        if wrong.len() >= MAX_DIFFERENCES {
            break;
        }
    }
    assert!(wrong.is_empty(), "SEED={seed} COMMANDS={commands}\n{}", wrong.join("\n\n"));
}

#[test]
fn random_commands_get_the_same_replies_as_from_redis() {
    let Some(redis) = Redis::start() else {
        return;
    };
    let from_env =
        |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let commands = from_env("COMMANDS").and_then(|count| usize::try_from(count).ok());
    let commands = commands.unwrap_or(20_000);
    let now = || {
        let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
        since.as_secs() ^ u64::from(since.subsec_nanos())
    };
    let seeds = match from_env("SEED") {
        Some(seed) => vec![seed],
        // Two fixed seeds, and a random one.
        None => vec![1, 2, now()],
    };
    for seed in seeds {
        for protocol in ["2", "3"] {
            compare(&redis, seed, protocol, commands);
        }
    }
}
