//! Durability: a process killed with SIGKILL has lost no acknowledged row.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use crate::support::Scratch;

/// Kills a process under load and checks that the acknowledged rows are stored. Each writer numbers its rows from
/// 1, and `rows_each` rows are acknowledged at a time.
fn check_killed_writer(mode: &str, writers: usize, more: &[&str], rows_each: i64) {
    let scratch = Scratch::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_peer"))
        .arg(mode)
        .arg(scratch.file())
        .arg(writers.to_string())
        .args(more)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = BTreeMap::<i64, i64>::new();
    let mut note = |line: &str| {
        if let Some((writer, number)) = line.split_once(' ')
            && let (Ok(writer), Ok(number)) = (writer.parse(), number.parse())
        {
            let last = acknowledged.insert(writer, number).unwrap_or(0);
            assert_eq!(number, last + rows_each, "acknowledgements are in the order of writes");
        }
    };
    for line in lines.by_ref().take(3_000) {
        note(&line.unwrap());
    }
    child.kill().unwrap();
    // Lines that were printed before the process died count, too.
    lines.map_while(Result::ok).for_each(|line| note(&line));
    child.wait().unwrap();

    let plain = scratch.plain();
    let intact: String =
        plain.pragma_query_value(None, "integrity_check", |row| row.get(0)).unwrap();
    assert_eq!(intact, "ok");
    assert_eq!(acknowledged.len(), writers);
    for (writer, last) in acknowledged {
        let (rows, largest): (i64, i64) = plain
            .query_row(
                "SELECT count(*), max(number) FROM entry WHERE writer = ?1",
                [writer],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        assert_eq!(rows, largest, "writer {writer} has no gaps");
        assert!(largest >= last, "writer {writer}: {last} acknowledged, {largest} stored");
        assert_eq!(rows % rows_each, 0, "writer {writer} has an incomplete transaction");
        // One commit may not have been printed, and one line may be incomplete.
        assert!(
            largest <= last + 2 * rows_each,
            "writer {writer}: {largest} stored, {last} acknowledged"
        );
    }
}

#[test]
fn without_group_commit() {
    check_killed_writer("write", 8, &["alone"], 1);
}

#[test]
fn with_group_commit() {
    check_killed_writer("write", 32, &["grouped"], 1);
}

#[test]
fn in_transactions_over_several_requests() {
    check_killed_writer("lease", 4, &[], 2);
}
