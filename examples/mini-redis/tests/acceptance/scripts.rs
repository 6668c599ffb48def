//! Checks the recorded scripts against Redis.

use crate::{
    redis::Redis,
    support::{Client, script},
};

#[test]
fn redis_gives_the_recorded_replies() {
    let Some(redis) = Redis::start() else {
        return;
    };
    // `RECORD=name` records the script `name` again, and `RECORD=all` all scripts.
    let recorded = std::env::var("RECORD").unwrap_or_default();
    let mut wrong = Vec::new();
    for script in script::all().into_iter().filter(|script| !script.differs()) {
        Client::connect(redis.address).say("FLUSHALL");
        let name = script.path.file_stem().expect("a name").to_string_lossy().into_owned();
        if recorded == name || recorded == "all" {
            script.record(redis.address);
            continue;
        }
        let differences = script.play(redis.address);
        wrong.extend(differences.into_iter().map(|difference| format!("{name}: {difference}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
