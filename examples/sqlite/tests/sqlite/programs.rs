//! The two example programs and their storage actors.

use std::process::Command;

use actor_runtime::{ActorHandle, Builder};
use sqlite_actor::{
    Error, Options, Rule,
    bot::{self, Bot, BotHandle, Reminder},
    console::{self, Console, Save},
};

use crate::support::Scratch;

fn runs(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("   yes  ") && !text.contains("    NO  "), "{text}");
}

#[test]
fn the_chat_bot_demo_passes_its_checks() {
    runs(env!("CARGO_BIN_EXE_chat_bot"), &[]);
}

#[test]
fn the_emulator_demo_passes_its_checks() {
    runs(env!("CARGO_BIN_EXE_emulator"), &["--fast", "--frames", "600"]);
}

#[test]
fn the_emulator_continues_a_saved_game() {
    let scratch = Scratch::new();
    let file = scratch.file();
    for frames in ["90", "7", "200"] {
        let arguments = ["--fast", "--file", file.to_str().unwrap(), "--frames", frames];
        runs(env!("CARGO_BIN_EXE_emulator"), &arguments);
    }
    let played: i64 =
        scratch.plain().query_row("SELECT frames_played FROM game", [], |row| row.get(0)).unwrap();
    assert_eq!(played, 297);
}

async fn a_bot(scratch: &Scratch) -> BotHandle {
    let options = Options::new(scratch.file(), bot::SCHEMA);
    Builder::new().start_thread(move || Bot::open(&options)).await.unwrap()
}

fn ids(reminders: &[Reminder]) -> Vec<i64> {
    reminders.iter().map(|reminder| reminder.id).collect()
}

#[tokio::test]
async fn a_reminder_is_due_until_it_is_delivered() {
    let scratch = Scratch::new();
    let bot = a_bot(&scratch).await;
    let late = bot.remind(1, 300, "late").await.unwrap().unwrap();
    let early = bot.remind(1, 100, "early").await.unwrap().unwrap();
    assert_eq!(bot.next_due().await.unwrap().unwrap(), Some(100));
    assert_eq!(ids(&bot.claim_due(99, 130, 9).await.unwrap().unwrap()), [0; 0]);
    // Earliest first, and each reminder is claimed only once.
    assert_eq!(ids(&bot.claim_due(400, 430, 9).await.unwrap().unwrap()), [early, late]);
    assert_eq!(ids(&bot.claim_due(429, 460, 9).await.unwrap().unwrap()), [0; 0]);
    assert!(bot.delivered(early).await.unwrap().unwrap());
    assert!(!bot.delivered(early).await.unwrap().unwrap());
    assert_eq!(bot.next_due().await.unwrap().unwrap(), Some(430));
    assert_eq!(ids(&bot.claim_due(430, 460, 9).await.unwrap().unwrap()), [late]);
    let nothing = bot.remind(1, 1, "").await.unwrap();
    assert!(matches!(nothing, Err(Error::Constraint { rule: Rule::Check, .. })), "{nothing:?}");
}

#[tokio::test]
async fn unread_reminders_are_due_again_immediately() {
    let scratch = Scratch::new();
    let bot = a_bot(&scratch).await;
    let id = bot.remind(1, 100, "tea").await.unwrap().unwrap();
    // The reply of the next request shows that the handler has run.
    let unread = bot.claim_due(100, 130, 9).sent().await.unwrap();
    assert_eq!(bot.next_due().await.unwrap().unwrap(), Some(130));
    drop(unread);
    assert_eq!(bot.next_due().await.unwrap().unwrap(), Some(100));
    assert_eq!(ids(&bot.claim_due(100, 130, 9).await.unwrap().unwrap()), [id]);
}

#[tokio::test]
async fn cases_are_numbered_by_server_and_keep_their_notes() {
    let scratch = Scratch::new();
    let bot = a_bot(&scratch).await;
    assert_eq!(bot.open_case(1, 7, "warn", "loud").await.unwrap().unwrap(), 1);
    assert_eq!(bot.open_case(2, 7, "warn", "loud").await.unwrap().unwrap(), 1);
    // A failed request does not use up a number.
    let unknown = bot.open_case(1, 7, "scold", "loud").await.unwrap();
    assert!(matches!(unknown, Err(Error::Constraint { rule: Rule::Check, .. })), "{unknown:?}");
    assert_eq!(bot.open_case(1, 7, "ban", "louder").await.unwrap().unwrap(), 2);
    bot.add_note(1, 2, "seen again").await.unwrap().unwrap();
    assert!(bot.close_case(1, 2).await.unwrap().unwrap());
    assert!(!bot.close_case(1, 2).await.unwrap().unwrap());
    let none = bot.add_note(1, 3, "no such case").await.unwrap();
    assert!(matches!(none, Err(Error::Constraint { rule: Rule::ForeignKey, .. })), "{none:?}");
    let cases = bot.cases(1, 7).await.unwrap().unwrap();
    let summary: Vec<_> =
        cases.iter().map(|case| (case.number, case.is_open, case.notes.join(", "))).collect();
    let closed = "opened: ban, seen again, closed".to_owned();
    assert_eq!(summary, [(2, false, closed), (1, true, "opened: warn".to_owned())]);
}

#[test]
fn a_saved_state_that_does_not_match_its_checksum_is_not_loaded() {
    let scratch = Scratch::new();
    let options = Options::new(scratch.file(), console::SCHEMA);
    let console = Builder::new().start_thread(move || Console::open(&options)).blocking().unwrap();
    let game = console.insert_game("Meteor Run").blocking().unwrap().unwrap();
    assert_eq!(console.insert_game("Meteor Run").blocking().unwrap().unwrap(), game);
    let saved = Save { slot: 3, frame: 60, state: vec![1, 2, 3] };
    console.save(game, saved.clone()).blocking().unwrap().unwrap();
    assert_eq!(console.load(game, 3).blocking().unwrap().unwrap(), Some(saved));
    assert_eq!(console.load(game, 4).blocking().unwrap().unwrap(), None);
    assert!(console.achieve(game, "First Points", 1).blocking().unwrap().unwrap());
    assert!(!console.achieve(game, "First Points", 2).blocking().unwrap().unwrap());
    scratch.plain().execute("UPDATE save SET state = x'010203ff'", []).unwrap();
    let changed = console.load(game, 3).blocking().unwrap();
    assert!(matches!(changed, Err(Error::Corrupt(_))), "{changed:?}");
    console.shutdown().blocking();
}
