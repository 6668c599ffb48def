//! `drop_everywhere` finds bodies that lose something, and passes the others.

use std::{cell::Cell, panic::AssertUnwindSafe};

use actor_runtime::cancel_safe::drop_everywhere;
use futures::FutureExt;
use tokio::{sync::mpsc, task::yield_now};

/// Lines that arrive in pieces, with a pause before each.
struct Connection {
    pieces: std::vec::IntoIter<&'static str>,
    kept: String,
    /// A count outside of the state.
    logged: Cell<u32>,
}

impl Connection {
    fn new() -> Self {
        let pieces = vec!["he", "l", "lo\nmore", "\n"].into_iter();
        Self { pieces, kept: String::new(), logged: Cell::new(0) }
    }

    /// Waits once, and returns the output.
    async fn piece(&mut self) -> &'static str {
        yield_now().await;
        self.pieces.next().expect("the peer is gone")
    }

    async fn right(&mut self) -> String {
        loop {
            if let Some((line, rest)) = self.kept.split_once('\n') {
                let line = line.to_string();
                self.kept = rest.to_string();
                return line;
            }
            let piece = self.piece().await;
            self.kept.push_str(piece);
        }
    }

    async fn local_buffer(&mut self) -> String {
        let mut buffer = String::new();
        while !buffer.contains('\n') {
            buffer.push_str(self.piece().await);
        }
        buffer.lines().next().unwrap_or_default().to_string()
    }

    async fn hidden_effect(&mut self) -> String {
        self.logged.set(self.logged.get() + 1);
        self.right().await
    }
}

#[expect(clippy::ptr_arg, reason = "a run gives a `String`")]
fn observe(connection: &Connection, line: &String) -> (String, u32) {
    (line.clone(), connection.logged.get())
}

/// The text of its panic, if it fails.
async fn complaint<F: Future>(check: F) -> String {
    let error = AssertUnwindSafe(check).catch_unwind().await.err().expect("it has to complain");
    match error.downcast::<String>() {
        Ok(text) => *text,
        Err(error) => (*error.downcast::<&str>().unwrap()).to_string(),
    }
}

#[tokio::test]
async fn a_cancel_safe_body_passes() {
    let places = drop_everywhere(Connection::new, Connection::right, observe).await;
    assert_eq!(places, 3);
}

#[tokio::test]
async fn a_body_that_never_waits_has_no_place_to_drop_it() {
    let places = drop_everywhere(|| (), async |()| 1, |(), one| *one).await;
    assert_eq!(places, 0);
}

#[tokio::test]
async fn a_local_buffer_is_found() {
    let check = drop_everywhere(Connection::new, Connection::local_buffer, observe);
    let complaint = complaint(check).await;
    assert!(complaint.contains("dropped at its wait number 2"), "{complaint}");
    assert!(complaint.contains("left: (\"llo\", 0)"), "{complaint}");
    assert!(complaint.contains("right: (\"hello\", 0)"), "{complaint}");
}

#[tokio::test]
async fn a_hidden_effect_is_found() {
    let check = drop_everywhere(Connection::new, Connection::hidden_effect, observe);
    let complaint = complaint(check).await;
    assert!(complaint.contains("dropped at its wait number 1"), "{complaint}");
    assert!(complaint.contains("(\"hello\", 2)"), "{complaint}");
}

/// The second call waits for what was lost with the first.
#[tokio::test(start_paused = true)]
async fn a_run_that_hangs_is_found() {
    let setup = || {
        let (sender, receiver) = mpsc::unbounded_channel();
        sender.send(1).unwrap();
        (sender, receiver)
    };
    type Channel = (mpsc::UnboundedSender<u8>, mpsc::UnboundedReceiver<u8>);
    let take_and_wait = async |(_, receiver): &mut Channel| {
        let taken = receiver.recv().await;
        yield_now().await;
        taken
    };
    let complaint = complaint(drop_everywhere(setup, take_and_wait, |_, taken| *taken)).await;
    assert!(complaint.contains("number 1 and run again, it waits for ever"), "{complaint}");
}
