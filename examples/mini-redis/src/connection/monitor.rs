//! The `MONITOR` command, and the lines that it shows about each command.

use std::{
    io::Write,
    sync::atomic::Ordering::Relaxed,
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::{BufMut, Bytes};

use crate::{
    command::{Command, Local, Run},
    frame::Frame,
    store::access::Fault,
};

use super::Connection;

impl Connection {
    /// Shows the client all commands. It gets the reply before the first line.
    pub(super) async fn monitor(&mut self) -> Result<(), Fault> {
        self.reply(Frame::OK).await;
        self.send().await;
        self.registration.is_monitor = true;
        self.status.set_monitor(true);
        self.services.hub.monitor(self.caller()).await?;
        Ok(())
    }

    /// Adds a line about a command, if clients monitor. Other commands for the administrator are not shown, and
    /// neither are passwords.
    pub(super) fn show(&mut self, command: &Command, words: &[Bytes]) {
        use Local::{Config, Debug, Monitor};
        let is_hidden = matches!(command.run, Run::Local(Config | Debug | Monitor));
        if is_hidden || self.services.monitoring.load(Relaxed) == 0 {
            return;
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let (seconds, micros) = (now.as_secs(), now.subsec_micros());
        let (database, peer) = (self.database, self.status.peer);
        let mut line = (&mut self.lines).writer();
        // Writing to a buffer cannot fail.
        let _ = write!(line, "+{seconds}.{micros:06} [{database} {peer}]");
        for (place, word) in words.iter().enumerate() {
            let is_secret = is_secret(words, place);
            let word: &[u8] = if is_secret { b"(redacted)" } else { word };
            let _ = write!(line, " \"{}\"", escape(word));
        }
        self.lines.put_slice(b"\r\n");
    }

    /// Sends the lines to the hub.
    pub(super) async fn report(&mut self) {
        if !self.lines.is_empty() {
            let lines = std::mem::take(&mut self.lines).freeze();
            // An error means that the hub has ended, and all clients that monitor with it.
            let _ = self.services.hub.report(lines).cast().await;
        }
    }
}

/// Whether the word at this place is a user or a password.
fn is_secret(words: &[Bytes], place: usize) -> bool {
    let is = |at: usize, name: &[u8]| words[at].eq_ignore_ascii_case(name);
    let follows_auth = |distance| place > distance + 1 && is(place - distance, b"AUTH");
    is(0, b"AUTH") && place > 0 || is(0, b"HELLO") && (follows_auth(1) || follows_auth(2))
}

/// Escapes what is not printable, as Redis does.
fn escape(word: &[u8]) -> String {
    let mut text = String::with_capacity(word.len());
    for byte in word {
        match byte {
            b'\\' | b'"' => text.extend(['\\', char::from(*byte)]),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            7 => text.push_str("\\a"),
            8 => text.push_str("\\b"),
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    text
}
