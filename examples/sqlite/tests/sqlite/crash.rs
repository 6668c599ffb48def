//! A process that is killed in the middle of its work has lost nothing that it had acknowledged.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use crate::support::Scratch;

/// Each writer's rows are numbered from one, and acknowledged by so many at a time.
fn killed_in_mid_load(mode: &str, writers: usize, more: &[&str], at_a_time: i64) {
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
            assert_eq!(number, last + at_a_time, "a writer is acknowledged in the order it writes");
        }
    };
    for line in lines.by_ref().take(3_000) {
        note(&line.unwrap());
    }
    // SIGKILL.
    child.kill().unwrap();
    // What it had printed before it died counts, too. A line is one write, so none is half.
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
        assert!(largest >= last, "writer {writer} was acknowledged {last} and kept {largest}");
        assert_eq!(rows % at_a_time, 0, "writer {writer} has half of a transaction");
        // One may have been committed whose line was not printed, and one line may have been half.
        assert!(
            largest <= last + 2 * at_a_time,
            "writer {writer} kept {largest} and knew of {last}"
        );
    }
}

#[test]
fn with_a_commit_for_each() {
    killed_in_mid_load("write", 8, &["alone"], 1);
}

#[test]
fn with_a_commit_for_all_that_wait() {
    killed_in_mid_load("write", 32, &["grouped"], 1);
}

#[test]
fn in_transactions_over_several_requests() {
    killed_in_mid_load("lease", 4, &[], 2);
}
