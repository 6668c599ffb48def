//! The recorded scripts: this server gives the same replies as Redis 7.

use crate::support::{Server, script};

fn check(name: &str) {
    let scripts = script::all();
    let file = format!("{name}.txt");
    let script = scripts.iter().find(|script| script.path.ends_with(&file)).expect("a script");
    let wrong = script.play(Server::start().address);
    assert!(wrong.is_empty(), "{} of {file}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_script_has_a_test() {
    let here = include_str!("scripts.rs");
    for script in script::all() {
        let name = script.path.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(here.contains(&format!("check({name:?})")), "no test for {name}");
    }
}

#[test]
fn connection() {
    check("connection");
}

#[test]
fn keys() {
    check("keys");
}

#[test]
fn protocol() {
    check("protocol");
}

#[test]
fn pubsub() {
    check("pubsub");
}

#[test]
fn resp3() {
    check("resp3");
}

#[test]
fn strings() {
    check("strings");
}

#[test]
fn transactions() {
    check("transactions");
}

#[test]
fn types() {
    check("types");
}

#[test]
fn blocking() {
    check("blocking");
}

#[test]
fn elements() {
    check("elements");
}

#[test]
fn events() {
    check("events");
}

#[test]
fn monitor() {
    check("monitor");
}

#[test]
fn swapdb() {
    check("swapdb");
}

#[test]
fn races() {
    check("races");
}
