//! Look-ups by handle: equal ones at once, and cached ones.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use dns_actor::{Config, Resolver};
use hickory_resolver::proto::rr::RecordType;

use crate::peers::{check, check_time, hickory, shown};

const EQUAL: usize = 1000;
const CACHED: u32 = 200_000;

/// Prints the figures, and returns whether the bars are met.
pub(crate) async fn run(good: SocketAddr) -> bool {
    let name = format!("equal-{:x}.a.test.", fastrand::u64(..));
    let ours = Resolver::spawn(Config::new([good]));
    let tasks: Vec<_> = (0..EQUAL)
        .map(|_| {
            let (ours, name) = (ours.clone(), name.clone());
            tokio::spawn(async move { ours.lookup(name, RecordType::A).await })
        })
        .collect();
    for task in tasks {
        assert!(task.await.expect("it does not panic").expect("the server is good").exists());
    }
    let sent = ours.stats().await.expect("it runs").sent;
    println!("{EQUAL} equal look-ups at once: {sent} sent");
    let is_merged = check("1 sent", sent == 1);

    let theirs = hickory(&[good], 1000);
    theirs.lookup(name.as_str(), RecordType::A).await.expect("the server is good");
    let parsed: dns_actor::Name = name.parse().expect("it is a name");
    let mut best = [Duration::MAX; 2];
    for _ in 0..3 {
        let begun = Instant::now();
        for _ in 0..CACHED {
            ours.lookup(parsed.clone(), RecordType::A).await.expect("it is cached");
        }
        best[0] = best[0].min(begun.elapsed() / CACHED);
        let begun = Instant::now();
        for _ in 0..CACHED {
            theirs.lookup(parsed.clone(), RecordType::A).await.expect("it is cached");
        }
        best[1] = best[1].min(begun.elapsed() / CACHED);
    }
    let [ours, theirs] = best;
    println!("a cached look-up: ours {}, hickory {}", shown(ours), shown(theirs));
    is_merged & check_time("<= 0.5 x hickory's", ours.as_secs_f64() <= 0.5 * theirs.as_secs_f64())
}
