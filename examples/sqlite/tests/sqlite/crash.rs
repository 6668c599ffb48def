//! A process that is killed in the middle of its work has lost nothing that it had acknowledged.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use crate::support::Scratch;

fn killed_in_mid_load(writers: usize, mode: &str) {
    let scratch = Scratch::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_peer"))
        .arg("write")
        .arg(scratch.file())
        .args([&writers.to_string(), mode])
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
            assert_eq!(number, last + 1, "a writer is acknowledged in the order it writes");
        }
    };
    for line in lines.by_ref().take(3_000) {
        note(&line.unwrap());
    }
    // SIGKILL.
    child.kill().unwrap();
    // What it had printed before it died counts, too. Its last line may be half.
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
        // One may have been committed whose line was not printed.
        assert!(largest <= last + 2, "writer {writer} kept {largest} and knew of {last}");
    }
}

#[test]
fn with_a_commit_for_each() {
    killed_in_mid_load(8, "alone");
}

#[test]
fn with_a_commit_for_all_that_wait() {
    killed_in_mid_load(32, "grouped");
}
