//! Calls that outlive what they were made of: their arguments, the place of the call, and the handle.

use actor_runtime::{ActorHandle, Replies, actor, spawn};
use futures::future::join_all;

use crate::support::{AN_HOUR, now, pending, ready, rig};

/// Keeps lines.
#[derive(Default)]
struct Pages(Vec<String>);

#[actor(mailbox = 1)]
impl Pages {
    /// Keeps a line, and returns it with its number.
    pub(crate) fn write(&mut self, line: &str) -> String {
        self.0.push(line.to_owned());
        format!("{} {line}", self.0.len())
    }

    /// As `write`, in the loop.
    pub(crate) async fn write_later(&mut self, line: &str) -> String {
        self.write(line)
    }

    /// As `write`, for lines that have to be given back.
    #[cancel_safe]
    pub(crate) async fn find(&self, line: &str) -> bool {
        self.0.iter().any(|other| other == line)
    }

    /// All lines, after `prefix`.
    pub(crate) async fn list(&self, prefix: &str, mut lines: Replies<String>) {
        for line in &self.0 {
            lines.send(format!("{prefix}{line}")).await.unwrap();
        }
    }
}

/// Made of a borrowed string that is gone when the closure returns.
#[expect(clippy::needless_borrows_for_generic_args, reason = "the borrow is what is tested")]
#[tokio::test]
async fn calls_of_borrowed_arguments_can_be_collected() {
    let pages = spawn(Pages::default());
    let text = |n: u32| format!("{n}");
    let inline: Vec<_> = (0..3).map(|n| pages.write(&text(n))).collect();
    let queued: Vec<_> = (3..6).map(|n| pages.write_later(&text(n))).collect();
    let marked: Vec<_> = (0..8).map(|n| pages.find(&text(n))).collect();
    let limited: Vec<_> = (6..8).map(|n| pages.write(&text(n)).timeout(AN_HOUR)).collect();
    let streams: Vec<_> = (0..2).map(|n| pages.list(&text(n))).collect();
    assert_eq!(pages.stats().counts.handled, 0, "none is sent");
    let written: Vec<_> = join_all(inline).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(written, ["1 0", "2 1", "3 2"]);
    assert!(join_all(queued).await.iter().all(Result::is_ok));
    assert!(join_all(limited).await.iter().all(Result::is_ok));
    assert_eq!(join_all(marked).await, vec![Ok(true); 8]);
    for (n, mut stream) in streams.into_iter().enumerate() {
        assert_eq!(stream.next().await, Some(Ok(format!("{n}0"))));
    }
    // Sends of every kind.
    let casts: Vec<_> = (0..3).map(|n| pages.write(&text(n)).cast()).collect();
    assert!(join_all(casts).await.iter().all(Result::is_ok));
    let sent: Vec<_> = (0..3).map(|n| pages.write_later(&text(n)).sent()).collect();
    for answer in join_all(sent).await {
        assert!(answer.unwrap().await.is_ok());
    }
}

#[tokio::test]
async fn owned_calls_can_be_spawned() {
    let pages = spawn(Pages::default());
    let line = String::from("a");
    let tasks =
        [tokio::spawn(pages.write(&line).owned()), tokio::spawn(pages.write_later(&line).owned())];
    let limited = tokio::spawn(pages.write(&line).owned().timeout(AN_HOUR));
    let cast = tokio::spawn(pages.write(&line).owned().cast());
    let sent = tokio::spawn(pages.write_later(&line).owned().sent());
    let found = tokio::spawn(pages.find(&line).owned());
    drop(line);
    for task in tasks {
        assert!(task.await.unwrap().unwrap().ends_with(" a"));
    }
    assert!(limited.await.unwrap().is_ok());
    assert!(cast.await.unwrap().is_ok());
    assert!(sent.await.unwrap().unwrap().await.is_ok());
    assert!(found.await.unwrap().unwrap());
    let mut list = pages.list("-").owned();
    let count = tokio::spawn(async move {
        let mut count = 0;
        while let Some(line) = list.next().await {
            assert_eq!(line.unwrap(), "-a");
            count += 1;
        }
        count
    });
    assert_eq!(count.await.unwrap(), 5);
}

#[test]
fn an_owned_call_keeps_its_actor_alive_until_it_is_dropped() {
    let (pages, mut actor) = rig(Pages::default());
    let call = pages.write_later("a").owned();
    let weak = pages.downgrade();
    drop(pages);
    actor.turn();
    assert!(actor.runs() && weak.upgrade().is_some());
    let mut call = pending(call);
    actor.turn();
    assert_eq!(ready(&mut call).unwrap(), "1 a");
    assert!(actor.runs());
    drop(call);
    actor.turn();
    assert_eq!(actor.reason(), "the last handle was dropped");
}

#[test]
fn an_owned_call_that_waits_for_room_withdraws_its_message() {
    let (pages, mut actor) = rig(Pages::default());
    pages.write("a").try_cast().unwrap();
    let waiting = pending(pages.write("b").owned());
    let casts = pending(pages.write("c").owned().cast());
    assert_eq!(pages.stats().waiting, 2);
    drop((waiting, casts));
    assert_eq!(pages.stats().waiting, 0);
    let message = pages.write("d").owned().into_message().unwrap();
    assert_eq!(format!("{message:?}"), "write");
    actor.turn();
    assert_eq!(pages.stats().counts.handled, 1);
}

#[test]
fn an_owned_call_through_a_lease_ends_with_it() {
    let (pages, mut actor) = rig(Pages::default());
    let mut asked = pending(pages.lease());
    actor.turn();
    let lease = ready(&mut asked).unwrap();
    let early = pending(lease.write_later("a").owned());
    let late = lease.write("b").owned();
    drop(lease);
    let mut early = early;
    actor.turn();
    assert_eq!(ready(&mut early).unwrap(), "1 a");
    let refused = now(late).unwrap_err();
    assert_eq!(refused.to_string(), "`Pages::write` was not accepted: the lease has ended");
}
