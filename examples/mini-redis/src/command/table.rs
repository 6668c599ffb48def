//! The command table, in the order of `COMMAND LIST`.

use crate::{
    hub::Kind,
    store::{
        access::Access, access::Outcome, blocking, hashes, keys, lcs, lists, scan, sets, sorted,
        strings,
    },
};

use super::{Command, Keys, Local, Run, StoreCommand, Subcommand};
use bytes::Bytes;

const NONE: Keys = Keys(0, 0, 0);
const ONE: Keys = Keys(1, 1, 1);
const TWO: Keys = Keys(1, 2, 1);
const ALL: Keys = Keys(1, -1, 1);
const PAIRS: Keys = Keys(1, -1, 2);
const ALL_BUT_LAST: Keys = Keys(1, -2, 1);

/// The first columns of a row: name, arity and flags.
struct Row(&'static str, i64, &'static str);

impl Row {
    /// Completes the row of a command run by the store.
    const fn store(
        self,
        keys: Keys,
        run: fn(&mut Access<'_>, &[Bytes]) -> Outcome,
        (group, since, summary): (&'static str, &'static str, &'static str),
    ) -> Command {
        self.with(keys, Run::Store(StoreCommand { keys, run }), group, since, summary)
    }

    /// Completes the row of a command that removes an element, and waits for one outside of a transaction.
    const fn blocking(
        self,
        keys: Keys,
        (group, since, summary): (&'static str, &'static str, &'static str),
    ) -> Command {
        let run = Run::Blocking(StoreCommand { keys, run: blocking::pop_at_once });
        self.with(keys, run, group, since, summary)
    }

    /// Completes the row of a command run by the connection.
    const fn local(
        self,
        local: Local,
        (group, since, summary): (&'static str, &'static str, &'static str),
    ) -> Command {
        self.with(NONE, Run::Local(local), group, since, summary)
    }

    const fn with(
        self,
        keys: Keys,
        run: Run,
        group: &'static str,
        since: &'static str,
        summary: &'static str,
    ) -> Command {
        let Self(name, arity, flags) = self;
        Command { name, arity, flags, keys, run, group, since, summary, subcommands: &[] }
    }
}

impl Command {
    const fn with_subcommands(mut self, subcommands: &'static [Subcommand]) -> Self {
        self.subcommands = subcommands;
        self
    }

    const fn with_keys(mut self, keys: Keys) -> Self {
        self.keys = keys;
        self
    }
}

const fn sub(name: &'static str, arity: i64) -> Subcommand {
    Subcommand { name, arity }
}

const READ: &str = "readonly fast";
const READ_SLOW: &str = "readonly";
const WRITE: &str = "write denyoom";
const WRITE_FAST: &str = "write denyoom fast";
const CHANGE: &str = "write fast";
const WAIT: &str = "write noscript blocking";
const WAIT_FAST: &str = "write noscript blocking fast";
const WAIT_MOVE: &str = "write denyoom noscript blocking";
const TALK: &str = "noscript loading stale fast no_auth allow_busy";
const LISTEN: &str = "pubsub noscript loading stale";

pub(crate) static COMMANDS: &[Command] = &[
    Row("append", 3, WRITE_FAST).store(ONE, strings::append, ("string", "2.0.0", "Appends a string to the value of a key. Creates the key if it doesn't exist.")),
    Row("auth", -2, TALK).local(Local::Auth, ("connection", "1.0.0", "Authenticates the connection.")),
    Row("blmove", 6, WAIT_MOVE).blocking(TWO, ("list", "6.2.0", "Pops an element from a list, pushes it to another list and returns it. Blocks until an element is available otherwise. Deletes the list if the last element was moved.")),
    Row("blpop", -3, WAIT).blocking(ALL_BUT_LAST, ("list", "2.0.0", "Removes and returns the first element in a list. Blocks until an element is available otherwise. Deletes the list if the last element was popped.")),
    Row("brpop", -3, WAIT).blocking(ALL_BUT_LAST, ("list", "2.0.0", "Removes and returns the last element in a list. Blocks until an element is available otherwise. Deletes the list if the last element was popped.")),
    Row("brpoplpush", 4, WAIT_MOVE).blocking(TWO, ("list", "2.2.0", "Pops an element from a list, pushes it to another list and returns it. Blocks until an element is available otherwise. Deletes the list if the last element was popped.")),
    Row("bzpopmax", -3, WAIT_FAST).blocking(ALL_BUT_LAST, ("sorted-set", "5.0.0", "Removes and returns the member with the highest score from one or more sorted sets. Blocks until a member is available otherwise. Deletes the sorted set if the last element was popped.")),
    Row("bzpopmin", -3, WAIT_FAST).blocking(ALL_BUT_LAST, ("sorted-set", "5.0.0", "Removes and returns the member with the lowest score from one or more sorted sets. Blocks until a member is available otherwise. Deletes the sorted set if the last element was popped.")),
    Row("client", -2, "").local(Local::Client, ("connection", "2.4.0", "A container for client connection commands.")).with_subcommands(&[sub("getname", 2), sub("help", 2), sub("id", 2), sub("info", 2), sub("kill", -3), sub("list", -2), sub("no-evict", 3), sub("no-touch", 3), sub("reply", 3), sub("setinfo", 4), sub("setname", 3)]),
    Row("command", -1, "loading stale").local(Local::Command, ("server", "2.8.13", "Returns detailed information about all commands.")).with_subcommands(&[sub("count", 2), sub("docs", -2), sub("getkeys", -4), sub("help", 2), sub("info", -2), sub("list", -2)]),
    Row("config", -2, "").local(Local::Config, ("server", "2.0.0", "A container for server configuration commands.")).with_subcommands(&[sub("get", -3), sub("help", 2), sub("resetstat", 2), sub("rewrite", 2), sub("set", -4)]),
    Row("copy", -3, WRITE).store(TWO, keys::copy, ("generic", "6.2.0", "Copies the value of a key to a new key.")),
    Row("dbsize", 1, READ).store(NONE, keys::dbsize, ("server", "1.0.0", "Returns the number of keys in the database.")),
    Row("debug", -2, "admin noscript loading stale").local(Local::Debug, ("server", "1.0.0", "A container for debugging commands.")),
    Row("decr", 2, WRITE_FAST).store(ONE, strings::decr, ("string", "1.0.0", "Decrements the integer value of a key by one. Uses 0 as initial value if the key doesn't exist.")),
    Row("decrby", 3, WRITE_FAST).store(ONE, strings::decrby, ("string", "1.0.0", "Decrements a number from the integer value of a key. Uses 0 as initial value if the key doesn't exist.")),
    Row("del", -2, "write").store(ALL, keys::del, ("generic", "1.0.0", "Deletes one or more keys.")),
    Row("discard", 1, "noscript loading stale fast allow_busy").local(Local::Discard, ("transactions", "2.0.0", "Discards a transaction.")),
    Row("echo", 2, "loading stale fast").local(Local::Echo, ("connection", "1.0.0", "Returns the given string.")),
    Row("exec", 1, "noscript loading stale skip_slowlog").local(Local::Exec, ("transactions", "1.2.0", "Executes all commands in a transaction.")),
    Row("exists", -2, READ).store(ALL, keys::exists, ("generic", "1.0.0", "Determines whether one or more keys exist.")),
    Row("expire", -3, CHANGE).store(ONE, keys::expire, ("generic", "1.0.0", "Sets the expiration time of a key in seconds.")),
    Row("expireat", -3, CHANGE).store(ONE, keys::expireat, ("generic", "1.2.0", "Sets the expiration time of a key to a Unix timestamp.")),
    Row("expiretime", 2, READ).store(ONE, keys::expiretime, ("generic", "7.0.0", "Returns the expiration time of a key as a Unix timestamp.")),
    Row("flushall", -1, "write").store(NONE, keys::flushall, ("server", "1.0.0", "Removes all keys from all databases.")),
    Row("flushdb", -1, "write").store(NONE, keys::flushdb, ("server", "1.0.0", "Removes all keys from the current database.")),
    Row("function", -2, "").local(Local::Function, ("scripting", "7.0.0", "A container for function commands.")).with_subcommands(&[sub("flush", -2), sub("list", -2)]),
    Row("get", 2, READ).store(ONE, strings::get, ("string", "1.0.0", "Returns the string value of a key.")),
    Row("getbit", 3, READ).store(ONE, strings::getbit, ("bitmap", "2.2.0", "Returns a bit value by offset.")),
    Row("getdel", 2, CHANGE).store(ONE, strings::getdel, ("string", "6.2.0", "Returns the string value of a key after deleting the key.")),
    Row("getex", -2, CHANGE).store(ONE, strings::getex, ("string", "6.2.0", "Returns the string value of a key after setting its expiration time.")),
    Row("getrange", 4, READ_SLOW).store(ONE, strings::getrange, ("string", "2.4.0", "Returns a substring of the string stored at a key.")),
    Row("getset", 3, WRITE_FAST).store(ONE, strings::getset, ("string", "1.0.0", "Returns the previous string value of a key after setting it to a new value.")),
    Row("hdel", -3, CHANGE).store(ONE, hashes::hdel, ("hash", "2.0.0", "Deletes one or more fields and their values from a hash. Deletes the hash if no fields remain.")),
    Row("hello", -1, TALK).local(Local::Hello, ("connection", "6.0.0", "Handshakes with the Redis server.")),
    Row("hexists", 3, READ).store(ONE, hashes::hexists, ("hash", "2.0.0", "Determines whether a field exists in a hash.")),
    Row("hget", 3, READ).store(ONE, hashes::hget, ("hash", "2.0.0", "Returns the value of a field in a hash.")),
    Row("hgetall", 2, READ_SLOW).store(ONE, hashes::hgetall, ("hash", "2.0.0", "Returns all fields and values in a hash.")),
    Row("hincrby", 4, WRITE_FAST).store(ONE, hashes::hincrby, ("hash", "2.0.0", "Increments the integer value of a field in a hash by a number. Uses 0 as initial value if the field doesn't exist.")),
    Row("hkeys", 2, READ_SLOW).store(ONE, hashes::hkeys, ("hash", "2.0.0", "Returns all fields in a hash.")),
    Row("hlen", 2, READ).store(ONE, hashes::hlen, ("hash", "2.0.0", "Returns the number of fields in a hash.")),
    Row("hmget", -3, READ).store(ONE, hashes::hmget, ("hash", "2.0.0", "Returns the values of all fields in a hash.")),
    Row("hmset", -4, WRITE_FAST).store(ONE, hashes::hmset, ("hash", "2.0.0", "Sets the values of multiple fields.")),
    Row("hscan", -3, READ_SLOW).store(ONE, scan::hscan, ("hash", "2.8.0", "Iterates over fields and values of a hash.")),
    Row("hset", -4, WRITE_FAST).store(ONE, hashes::hset, ("hash", "2.0.0", "Creates or modifies the value of a field in a hash.")),
    Row("hsetnx", 4, WRITE_FAST).store(ONE, hashes::hsetnx, ("hash", "2.0.0", "Sets the value of a field in a hash only when the field doesn't exist.")),
    Row("hstrlen", 3, READ).store(ONE, hashes::hstrlen, ("hash", "3.2.0", "Returns the length of the value of a field.")),
    Row("hvals", 2, READ_SLOW).store(ONE, hashes::hvals, ("hash", "2.0.0", "Returns all values in a hash.")),
    Row("incr", 2, WRITE_FAST).store(ONE, strings::incr, ("string", "1.0.0", "Increments the integer value of a key by one. Uses 0 as initial value if the key doesn't exist.")),
    Row("incrby", 3, WRITE_FAST).store(ONE, strings::incrby, ("string", "1.0.0", "Increments the integer value of a key by a number. Uses 0 as initial value if the key doesn't exist.")),
    Row("incrbyfloat", 3, WRITE_FAST).store(ONE, strings::incrbyfloat, ("string", "2.6.0", "Increment the floating point value of a key by a number. Uses 0 as initial value if the key doesn't exist.")),
    Row("info", -1, "loading stale").local(Local::Info, ("server", "1.0.0", "Returns information and statistics about the server.")),
    Row("keys", 2, READ_SLOW).store(NONE, keys::keys, ("generic", "1.0.0", "Returns all key names that match a pattern.")),
    Row("lcs", -3, READ_SLOW).store(TWO, lcs::lcs, ("string", "7.0.0", "Finds the longest common substring.")),
    Row("lindex", 3, READ_SLOW).store(ONE, lists::lindex, ("list", "1.0.0", "Returns an element from a list by its index.")),
    Row("llen", 2, READ).store(ONE, lists::llen, ("list", "1.0.0", "Returns the length of a list.")),
    Row("lmove", 5, WRITE).store(TWO, blocking::pop_at_once, ("list", "6.2.0", "Returns an element after popping it from one list and pushing it to another. Deletes the list if the last element was moved.")),
    Row("lpop", -2, CHANGE).store(ONE, lists::lpop, ("list", "1.0.0", "Returns the first elements in a list after removing it. Deletes the list if the last element was popped.")),
    Row("lpush", -3, WRITE_FAST).store(ONE, lists::lpush, ("list", "1.0.0", "Prepends one or more elements to a list. Creates the key if it doesn't exist.")),
    Row("lpushx", -3, WRITE_FAST).store(ONE, lists::lpushx, ("list", "2.2.0", "Prepends one or more elements to a list only when the list exists.")),
    Row("lrange", 4, READ_SLOW).store(ONE, lists::lrange, ("list", "1.0.0", "Returns a range of elements from a list.")),
    Row("lrem", 4, "write").store(ONE, lists::lrem, ("list", "1.0.0", "Removes elements from a list. Deletes the list if the last element was removed.")),
    Row("lset", 4, WRITE).store(ONE, lists::lset, ("list", "1.0.0", "Sets the value of an element in a list by its index.")),
    Row("ltrim", 4, "write").store(ONE, lists::ltrim, ("list", "1.0.0", "Removes elements from both ends a list. Deletes the list if all elements were trimmed.")),
    Row("mget", -2, READ).store(ALL, strings::mget, ("string", "1.0.0", "Atomically returns the string values of one or more keys.")),
    Row("monitor", 1, "admin noscript loading stale").local(Local::Monitor, ("server", "1.0.0", "Listens for all requests received by the server in real-time.")),
    Row("move", 3, CHANGE).store(ONE, keys::r#move, ("generic", "1.0.0", "Moves a key to another database.")),
    Row("mset", -3, WRITE).store(PAIRS, strings::mset, ("string", "1.0.1", "Atomically creates or modifies the string values of one or more keys.")),
    Row("msetnx", -3, WRITE).store(PAIRS, strings::msetnx, ("string", "1.0.1", "Atomically modifies the string values of one or more keys only when all keys don't exist.")),
    Row("multi", 1, "noscript loading stale fast allow_busy").local(Local::Multi, ("transactions", "1.2.0", "Starts a transaction.")),
    Row("object", -2, READ_SLOW).store(Keys(2, 2, 1), keys::object, ("generic", "2.2.3", "A container for object introspection commands.")).with_subcommands(&[sub("encoding", 3), sub("refcount", 3)]),
    Row("persist", 2, CHANGE).store(ONE, keys::persist, ("generic", "2.2.0", "Removes the expiration time of a key.")),
    Row("pexpire", -3, CHANGE).store(ONE, keys::pexpire, ("generic", "2.6.0", "Sets the expiration time of a key in milliseconds.")),
    Row("pexpireat", -3, CHANGE).store(ONE, keys::pexpireat, ("generic", "2.6.0", "Sets the expiration time of a key to a Unix milliseconds timestamp.")),
    Row("pexpiretime", 2, READ).store(ONE, keys::pexpiretime, ("generic", "7.0.0", "Returns the expiration time of a key as a Unix milliseconds timestamp.")),
    Row("ping", -1, "fast").local(Local::Ping, ("connection", "1.0.0", "Returns the server's liveliness response.")),
    Row("psetex", 4, WRITE).store(ONE, strings::psetex, ("string", "2.6.0", "Sets both string value and expiration time in milliseconds of a key. The key is created if it doesn't exist.")),
    Row("psubscribe", -2, LISTEN).local(Local::Subscribe(Kind::Pattern), ("pubsub", "2.0.0", "Listens for messages published to channels that match one or more patterns.")),
    Row("pttl", 2, READ).store(ONE, keys::pttl, ("generic", "2.6.0", "Returns the expiration time in milliseconds of a key.")),
    Row("publish", 3, "pubsub loading stale fast").with(NONE, Run::Publish { is_sharded: false }, "pubsub", "2.0.0", "Posts a message to a channel."),
    Row("pubsub", -2, "").local(Local::Pubsub, ("pubsub", "2.8.0", "A container for Pub/Sub commands.")).with_subcommands(&[sub("channels", -2), sub("help", 2), sub("numpat", 2), sub("numsub", -2), sub("shardchannels", -2), sub("shardnumsub", -2)]),
    Row("punsubscribe", -1, LISTEN).local(Local::Unsubscribe(Kind::Pattern), ("pubsub", "2.0.0", "Stops listening to messages published to channels that match one or more patterns.")),
    Row("quit", -1, "noscript loading stale fast no_auth allow_busy").local(Local::Quit, ("connection", "1.0.0", "Closes the connection.")),
    Row("randomkey", 1, READ_SLOW).store(NONE, keys::randomkey, ("generic", "1.0.0", "Returns a random key name from the database.")),
    Row("rename", 3, "write").store(TWO, keys::rename, ("generic", "1.0.0", "Renames a key and overwrites the destination.")),
    Row("renamenx", 3, CHANGE).store(TWO, keys::renamenx, ("generic", "1.0.0", "Renames a key only when the target key name doesn't exist.")),
    Row("reset", 1, TALK).local(Local::Reset, ("connection", "6.2.0", "Resets the connection.")),
    Row("rpop", -2, CHANGE).store(ONE, lists::rpop, ("list", "1.0.0", "Returns and removes the last elements of a list. Deletes the list if the last element was popped.")),
    Row("rpoplpush", 3, WRITE).store(TWO, blocking::pop_at_once, ("list", "1.2.0", "Returns the last element of a list after removing and pushing it to another list. Deletes the list if the last element was popped.")),
    Row("rpush", -3, WRITE_FAST).store(ONE, lists::rpush, ("list", "1.0.0", "Appends one or more elements to a list. Creates the key if it doesn't exist.")),
    Row("rpushx", -3, WRITE_FAST).store(ONE, lists::rpushx, ("list", "2.2.0", "Appends an element to a list only when the list exists.")),
    Row("sadd", -3, WRITE_FAST).store(ONE, sets::sadd, ("set", "1.0.0", "Adds one or more members to a set. Creates the key if it doesn't exist.")),
    Row("scan", -2, READ_SLOW).store(NONE, scan::scan, ("generic", "2.8.0", "Iterates over the key names in the database.")),
    Row("scard", 2, READ).store(ONE, sets::scard, ("set", "1.0.0", "Returns the number of members in a set.")),
    Row("select", 2, "loading stale fast").local(Local::Select, ("connection", "1.0.0", "Changes the selected database.")),
    Row("set", -3, WRITE).store(ONE, strings::set, ("string", "1.0.0", "Sets the string value of a key, ignoring its type. The key is created if it doesn't exist.")),
    Row("setbit", 4, WRITE).store(ONE, strings::setbit, ("bitmap", "2.2.0", "Sets or clears the bit at offset of the string value. Creates the key if it doesn't exist.")),
    Row("setex", 4, WRITE).store(ONE, strings::setex, ("string", "2.0.0", "Sets the string value and expiration time of a key. Creates the key if it doesn't exist.")),
    Row("setnx", 3, WRITE_FAST).store(ONE, strings::setnx, ("string", "1.0.0", "Set the string value of a key only when the key doesn't exist.")),
    Row("setrange", 4, WRITE).store(ONE, strings::setrange, ("string", "2.2.0", "Overwrites a part of a string value with another by an offset. Creates the key if it doesn't exist.")),
    Row("sismember", 3, READ).store(ONE, sets::sismember, ("set", "1.0.0", "Determines whether a member belongs to a set.")),
    Row("smembers", 2, READ_SLOW).store(ONE, sets::smembers, ("set", "1.0.0", "Returns all members of a set.")),
    Row("spop", -2, CHANGE).store(ONE, sets::spop, ("set", "1.0.0", "Returns one or more random members from a set after removing them. Deletes the set if the last member was popped.")),
    Row("spublish", 3, "pubsub loading stale fast").with(ONE, Run::Publish { is_sharded: true }, "pubsub", "7.0.0", "Post a message to a shard channel"),
    Row("srandmember", -2, READ_SLOW).store(ONE, sets::srandmember, ("set", "1.0.0", "Get one or multiple random members from a set")),
    Row("srem", -3, CHANGE).store(ONE, sets::srem, ("set", "1.0.0", "Removes one or more members from a set. Deletes the set if the last member was removed.")),
    Row("sscan", -3, READ_SLOW).store(ONE, scan::sscan, ("set", "2.8.0", "Iterates over members of a set.")),
    Row("ssubscribe", -2, LISTEN).local(Local::Subscribe(Kind::Shard), ("pubsub", "7.0.0", "Listens for messages published to shard channels.")).with_keys(ALL),
    Row("strlen", 2, READ).store(ONE, strings::strlen, ("string", "2.2.0", "Returns the length of a string value.")),
    Row("subscribe", -2, LISTEN).local(Local::Subscribe(Kind::Channel), ("pubsub", "2.0.0", "Listens for messages published to channels.")),
    Row("sunsubscribe", -1, LISTEN).local(Local::Unsubscribe(Kind::Shard), ("pubsub", "7.0.0", "Stops listening to messages posted to shard channels.")).with_keys(ALL),
    Row("swapdb", 3, CHANGE).store(NONE, keys::swapdb, ("server", "4.0.0", "Swaps two Redis databases.")),
    Row("time", 1, "loading stale fast").store(NONE, keys::time, ("server", "2.6.0", "Returns the server time.")),
    Row("touch", -2, READ).store(ALL, keys::exists, ("generic", "3.2.1", "Returns the number of existing keys out of those specified after updating the time they were last accessed.")),
    Row("ttl", 2, READ).store(ONE, keys::ttl, ("generic", "1.0.0", "Returns the expiration time in seconds of a key.")),
    Row("type", 2, READ).store(ONE, keys::kind, ("generic", "1.0.0", "Determines the type of value stored at a key.")),
    Row("unlink", -2, CHANGE).store(ALL, keys::del, ("generic", "4.0.0", "Asynchronously deletes one or more keys.")),
    Row("unsubscribe", -1, LISTEN).local(Local::Unsubscribe(Kind::Channel), ("pubsub", "2.0.0", "Stops listening to messages posted to channels.")),
    Row("unwatch", 1, "noscript loading stale fast allow_busy").local(Local::Unwatch, ("transactions", "2.2.0", "Forgets about watched keys of a transaction.")),
    Row("watch", -2, "noscript loading stale fast allow_busy").local(Local::Watch, ("transactions", "2.2.0", "Monitors changes to keys to determine the execution of a transaction.")).with_keys(ALL),
    Row("zadd", -4, WRITE_FAST).store(ONE, sorted::zadd, ("sorted-set", "1.2.0", "Adds one or more members to a sorted set, or updates their scores. Creates the key if it doesn't exist.")),
    Row("zcard", 2, READ).store(ONE, sorted::zcard, ("sorted-set", "1.2.0", "Returns the number of members in a sorted set.")),
    Row("zincrby", 4, WRITE_FAST).store(ONE, sorted::zincrby, ("sorted-set", "1.2.0", "Increments the score of a member in a sorted set.")),
    Row("zpopmax", -2, CHANGE).store(ONE, sorted::zpopmax, ("sorted-set", "5.0.0", "Returns the highest-scoring members from a sorted set after removing them. Deletes the sorted set if the last member was popped.")),
    Row("zpopmin", -2, CHANGE).store(ONE, sorted::zpopmin, ("sorted-set", "5.0.0", "Returns the lowest-scoring members from a sorted set after removing them. Deletes the sorted set if the last member was popped.")),
    Row("zrange", -4, READ_SLOW).store(ONE, sorted::zrange, ("sorted-set", "1.2.0", "Returns members in a sorted set within a range of indexes.")),
    Row("zrem", -3, CHANGE).store(ONE, sorted::zrem, ("sorted-set", "1.2.0", "Removes one or more members from a sorted set. Deletes the sorted set if all members were removed.")),
    Row("zscan", -3, READ_SLOW).store(ONE, scan::zscan, ("sorted-set", "2.8.0", "Iterates over members and scores of a sorted set.")),
    Row("zscore", 3, READ).store(ONE, sorted::zscore, ("sorted-set", "1.2.0", "Returns the score of a member in a sorted set.")),
];
