//! Plays scenarios of unbound's own tests, as far as a forwarder can. `acceptance.sh` fetches them:
//!
//! ```text
//! RPL=unbound-1.17.1/testdata cargo test -p dns-actor --test rpl -- --nocapture
//! ```

mod play;
mod scenario;

use std::{env, fs, path::PathBuf};

use self::scenario::Scenario;

/// Scenarios about a forwarder or the cache that are not played, and why.
const OTHERS: [(&str, &str); 10] = [
    ("fwd_0ttlservfail", "unbound gives an expired failure once more; here the servers are asked"),
    ("fwd_droptoomany", "unbound drops questions beyond a limit; here they wait"),
    ("fwd_jostle", "the same"),
    ("fwd_jostle_out", "the same"),
    ("fwd_minimal", "asks without RD for a referral; here that is refused"),
    (
        "rrset_rettl",
        "unbound keeps sets of records; here whole answers are kept, each for its question",
    ),
    ("rrset_untrusted", "the same"),
    ("rrset_updated", "the same"),
    ("iter_scrub_ns_fwd", "iterates"),
    ("edns_attached_once_per_upstream", "an option of unbound"),
];

/// What a scenario contains that makes it one for another kind of resolver.
const FOREIGN: [&str; 5] =
    ["trust-anchor:", "local-zone:", "local-data:", "define-tag:", "K.ROOT-SERVERS"];

#[test]
fn the_scenarios_of_unbound_end_as_with_unbound() {
    let folder = PathBuf::from(env::var("RPL").expect("RPL names the folder with the scenarios"));
    let mut names: Vec<String> = Vec::new();
    for file in fs::read_dir(&folder).expect("the folder can be read") {
        let path = file.expect("it can be read").path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".rpl"))
        else {
            continue;
        };
        let text = fs::read_to_string(&path).unwrap_or_default();
        let is_ours = text.contains("forward-zone:") || name.starts_with("serve_expired");
        if is_ours && !FOREIGN.iter().any(|word| text.contains(word)) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    let (mut played, mut failed) = (0, 0);
    for name in &names {
        if let Some((_, why)) = OTHERS.iter().find(|(other, _)| other == name) {
            println!("not played  {name}: {why}");
            continue;
        }
        let text = fs::read_to_string(folder.join(format!("{name}.rpl"))).expect("it was read");
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let runtime = runtime.expect("a runtime can be created");
        let outcome =
            Scenario::parse(&text).and_then(|scenario| runtime.block_on(play::play(scenario)));
        match outcome {
            Ok(()) => println!("played      {name}"),
            Err(error) => {
                println!("FAILED      {name}: {error}");
                failed += 1;
            }
        }
        played += 1;
    }
    println!("{played} scenarios of {} played, {failed} failed", names.len());
    assert!(played >= 10 && failed == 0);
}
