//! Opening a database: settings, migration, and files that are refused.

use std::{
    fs,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    process::Command,
    time::Duration,
};

use actor_runtime::{Builder, StartError};
use sqlite_actor::{Check, Database, Error, Options, Value};

use crate::support::{INSERT, SCHEMA, Scratch, count, entry, start};

/// Returns the cause of a failed boot.
async fn failure(options: Options) -> Error {
    let path = options.path().to_owned();
    match start(options).await {
        Err(Error::Boot { path: reported, cause }) => {
            assert_eq!(reported, path);
            *cause
        }
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("it started"),
    }
}

#[tokio::test]
async fn required_settings_are_applied() {
    let scratch = Scratch::new();
    let options = scratch.options().busy_timeout(Duration::from_millis(1_234));
    let database = start(options).await.unwrap();
    for (pragma, wanted) in [
        ("journal_mode", Value::Text("wal".to_owned())),
        ("foreign_keys", Value::Integer(1)),
        ("synchronous", Value::Integer(1)),
        ("busy_timeout", Value::Integer(1_234)),
        ("user_version", Value::Integer(2)),
    ] {
        let found = database.query(format!("PRAGMA {pragma}"), vec![]).await.unwrap().unwrap();
        assert_eq!(found, [[wanted]], "{pragma}");
    }
}

#[tokio::test]
async fn the_thread_has_the_name_of_the_actor() {
    let scratch = Scratch::new();
    let options = scratch.options();
    let (sender, receiver) = std::sync::mpsc::channel();
    let make = move || {
        sender.send(std::thread::current().name().map(str::to_owned)).unwrap();
        Database::open(&options)
    };
    let _database = Builder::new().name("ledger").start_thread(make).await.unwrap();
    assert_eq!(receiver.recv().unwrap().as_deref(), Some("ledger"));
}

#[tokio::test]
async fn migration_keeps_existing_rows() {
    let scratch = Scratch::new();
    let database = start(Options::new(scratch.file(), &SCHEMA[..1])).await.unwrap();
    database.execute(INSERT, entry("old", 1)).await.unwrap().unwrap();
    drop(database);
    let database = start(scratch.options()).await.unwrap();
    assert_eq!(count(&database).await, 1);
    database.query("SELECT * FROM part", vec![]).await.unwrap().unwrap();
}

#[tokio::test]
async fn concurrent_starts_migrate_once() {
    let scratch = Scratch::new();
    let (one, other) = tokio::join!(start(scratch.options()), start(scratch.options()));
    assert_eq!(count(&one.unwrap()).await, 0);
    assert_eq!(count(&other.unwrap()).await, 0);
}

#[tokio::test]
async fn a_failed_migration_step_is_rolled_back_and_reported() {
    let scratch = Scratch::new();
    const STEPS: &[&str] = &[SCHEMA[0], "CREATE TABLE half (a); CREATE TABLE nonsense;"];
    match failure(Options::new(scratch.file(), STEPS)).await {
        Error::Migration { version: 2, cause } => assert!(matches!(*cause, Error::Sql(_))),
        error => panic!("{error:?}"),
    }
    let plain = scratch.plain();
    assert!(!plain.table_exists(None, "half").unwrap());
    let version: i64 = plain.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 1);
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_not_modified() {
    let scratch = Scratch::new();
    scratch.plain().pragma_update(None, "user_version", 3).unwrap();
    let error = failure(scratch.options()).await;
    assert!(matches!(error, Error::Newer { found: 3, known: 2 }), "{error:?}");
    assert_eq!(error.to_string(), "schema version 3 is not supported, the newest is 2");
    assert!(!scratch.plain().table_exists(None, "entry").unwrap());
}

#[tokio::test]
async fn a_file_that_is_not_a_database_is_refused_and_not_modified() {
    let scratch = Scratch::new();
    let text = "Dear diary, ".repeat(1_000);
    fs::write(scratch.file(), &text).unwrap();
    let error = start(scratch.options()).await.unwrap_err();
    let message = error.to_string();
    assert!(message.starts_with("cannot open the database `"), "{message}");
    assert!(message.ends_with("test.db`: the file is not a database"), "{message}");
    assert!(matches!(failure(scratch.options()).await, Error::NotADatabase));
    assert_eq!(fs::read_to_string(scratch.file()).unwrap(), text);
}

#[tokio::test]
async fn a_setting_that_sqlite_ignores_is_an_error() {
    // An in-memory database does not support WAL.
    match failure(Options::new(":memory:", SCHEMA)).await {
        Error::Pragma { name: "journal_mode", wanted, found } => {
            assert_eq!((wanted.as_str(), found.as_str()), ("wal", "memory"));
        }
        error => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn a_missing_directory_is_an_error() {
    let scratch = Scratch::new();
    let options = Options::new(scratch.directory().join("nowhere").join("test.db"), SCHEMA);
    assert!(matches!(failure(options).await, Error::CannotOpen(_)));
}

/// Opens the file in another process, as a user whom permissions apply to, and returns its error message.
fn open_without_privileges(scratch: &Scratch) -> Option<String> {
    let mut peer = Command::new(env!("CARGO_BIN_EXE_peer"));
    peer.arg("open").arg(scratch.file());
    if rustix::process::geteuid().is_root() {
        // Root ignores permissions.
        peer.uid(65_534).gid(65_534);
    }
    let output = peer.output().expect("the program runs");
    (!output.status.success()).then(|| String::from_utf8(output.stderr).unwrap())
}

fn permit(path: &std::path::Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_an_error() {
    for (what, exists, file, directory, expected) in [
        ("the directory, no file", false, 0, 0o555, "cannot open the file: "),
        ("the file", true, 0o444, 0o777, "cannot write the file: "),
        ("the directory", true, 0o666, 0o555, "cannot write the file: "),
        ("both", true, 0o444, 0o555, "cannot write the file: "),
        ("not even read", true, 0o000, 0o777, "cannot open the file: "),
    ] {
        let scratch = Scratch::new();
        if exists {
            let database = start(scratch.options()).await.unwrap();
            actor_runtime::ActorHandle::shutdown(&database).await;
            permit(&scratch.file(), file);
        }
        permit(scratch.directory(), directory);
        let message =
            open_without_privileges(&scratch).unwrap_or_else(|| panic!("{what}: it started"));
        permit(scratch.directory(), 0o755);
        assert!(message.contains(&format!("test.db`: {expected}")), "{what}: {message}");
        assert_eq!(message.lines().count(), 1, "{what}: {message}");
        assert!(!scratch.has_log(), "{what}");
    }
}

#[tokio::test]
async fn a_busy_timeout_is_what_sqlite_can_count() {
    for (timeout, milliseconds) in [
        (Duration::ZERO, 0),
        (Duration::from_nanos(1), 1),
        (Duration::from_micros(1_001), 2),
        (Duration::from_secs(60 * 60 * 24 * 365), i64::from(i32::MAX)),
        (Duration::MAX, i64::from(i32::MAX)),
    ] {
        let scratch = Scratch::new();
        let database = start(scratch.options().busy_timeout(timeout)).await.unwrap();
        let found = database.query("PRAGMA busy_timeout", vec![]).await.unwrap().unwrap();
        assert_eq!(found, [[Value::Integer(milliseconds)]], "{timeout:?}");
    }
}

/// Overwrites part of the root page of `object`.
fn damage(scratch: &Scratch, object: &str) {
    let plain = scratch.plain();
    let [size, page] = [
        "SELECT page_size, ?1 FROM pragma_page_size",
        "SELECT rootpage, ?1 FROM sqlite_schema WHERE name = ?1",
    ]
    .map(|sql| plain.query_row(sql, [object], |row| row.get::<_, u32>(0)).unwrap() as usize);
    plain.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(plain);
    let mut bytes = fs::read(scratch.file()).unwrap();
    // The cells are at the end of the page.
    let end = page * size;
    bytes[end - 40..end].fill(0x5a);
    fs::write(scratch.file(), bytes).unwrap();
}

/// Returns a database with some entries, closed.
async fn filled() -> Scratch {
    let scratch = Scratch::new();
    let database = start(scratch.options()).await.unwrap();
    for number in 0..200 {
        let name = format!("name {number}");
        database.execute(INSERT, entry(name, number)).await.unwrap().unwrap();
    }
    actor_runtime::ActorHandle::shutdown(&database).await;
    scratch
}

#[tokio::test]
async fn a_damaged_file_is_an_error() {
    for check in [Check::Full, Check::Quick] {
        let scratch = filled().await;
        damage(&scratch, "entry");
        let bytes = fs::read(scratch.file()).unwrap();
        let half = &bytes[..bytes.len() / 2];
        let mut zeroed = bytes.clone();
        zeroed[4096..8192].fill(0);
        for (what, content) in [("overwritten", &bytes[..]), ("cut", half), ("zeroed", &zeroed)] {
            fs::write(scratch.file(), content).unwrap();
            let message = start(scratch.options().check(check)).await.unwrap_err().to_string();
            assert!(message.contains("test.db`: the file is damaged: "), "{what}: {message}");
            assert_eq!(message.lines().count(), 1, "{what}: {message}");
            let error = failure(scratch.options().check(check)).await;
            assert!(matches!(error, Error::Corrupt(_)), "{what}, {check:?}: {error:?}");
        }
    }
}

#[tokio::test]
async fn a_file_is_checked_as_far_as_the_options_say() {
    // An index with other values than its table, a reference to a missing row, and a page that is overwritten.
    let stale = Scratch::new();
    drop(start(stale.options()).await.unwrap());
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'part_by_entry'";
    let root: i64 = stale.plain().query_row(sql, [], |row| row.get(0)).unwrap();
    // Each with its own connection, which reads the schema again.
    for batch in [
        "INSERT INTO entry VALUES (1, 'one', 1), (2, 'two', 2); INSERT INTO part VALUES (1)",
        "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'part_by_entry'",
        "UPDATE part SET entry = 2",
        &format!(
            "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES
             ('index', 'part_by_entry', 'part', {root}, 'CREATE INDEX part_by_entry ON part (entry)')"
        ),
    ] {
        stale.plain().execute_batch(batch).unwrap();
    }
    let orphaned = Scratch::new();
    drop(start(orphaned.options()).await.unwrap());
    let plain = orphaned.plain();
    // The bundled SQLite enforces foreign keys unless the setting is turned off.
    plain.pragma_update(None, "foreign_keys", false).unwrap();
    plain.execute("INSERT INTO part VALUES (7)", []).unwrap();
    drop(plain);
    let overwritten = filled().await;
    damage(&overwritten, "entry");
    for (what, scratch, refused_by) in [
        ("index", &stale, &[Check::Full][..]),
        ("reference", &orphaned, &[Check::Full]),
        ("page", &overwritten, &[Check::Full, Check::Quick]),
    ] {
        for check in [Check::Full, Check::Quick, Check::None] {
            let started = start(scratch.options().check(check)).await;
            let is_refused = refused_by.contains(&check);
            assert_eq!(started.is_err(), is_refused, "{what}, {check:?}: {:?}", started.err());
        }
    }
    let error = failure(orphaned.options()).await;
    assert_eq!(error.to_string(), "row 1 of `part` refers to a missing row");
}

#[test]
fn a_failed_boot_leaves_no_thread_and_no_lock() {
    let scratch = Scratch::new();
    scratch.plain().pragma_update(None, "user_version", 9).unwrap();
    let options = scratch.options();
    let failed = Builder::new().start_thread(move || Database::open(&options)).blocking();
    assert!(matches!(failed, Err(StartError::Failed(Error::Boot { .. }))));
    // The connection is closed: its files are removed, and an exclusive lock is available.
    assert!(!scratch.has_log());
    scratch.plain().execute_batch("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE").unwrap();
}
