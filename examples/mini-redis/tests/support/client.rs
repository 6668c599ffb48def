//! A blocking client that returns replies as text in their wire format.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use redis_protocol::{resp2, resp3};

/// The timeout of a read or a write, after which a test fails.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The number of bytes of a reply that are shown.
const MAX_SHOWN: usize = 16 * 1024;

pub(crate) struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Whether the client has sent `HELLO 3`.
    is_resp3: bool,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).expect("a socket");
        stream.set_read_timeout(Some(TIMEOUT)).expect("a socket");
        stream.set_write_timeout(Some(TIMEOUT)).expect("a socket");
        Self { stream, buffer: Vec::new(), is_resp3: false }
    }

    pub(crate) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Sends a command and returns its reply.
    pub(crate) fn run(&mut self, words: &[&[u8]]) -> String {
        self.send(words);
        self.reply()
    }

    /// Like [`run`](Self::run), for a line of words separated by spaces.
    pub(crate) fn say(&mut self, line: &str) -> String {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        self.run(&words)
    }

    /// Like [`say`](Self::say), for a server that may have exited.
    pub(crate) fn try_say(&mut self, line: &str) -> io::Result<Option<String>> {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        self.stream.write_all(&request(&words))?;
        self.try_reply()
    }

    pub(crate) fn send(&mut self, words: &[&[u8]]) {
        self.is_resp3 |=
            words.len() > 1 && words[0].eq_ignore_ascii_case(b"HELLO") && words[1] == b"3";
        self.send_raw(&request(words));
    }

    pub(crate) fn send_raw(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("the server reads");
    }

    /// Returns the next reply, with line breaks replaced by spaces.
    pub(crate) fn reply(&mut self) -> String {
        self.try_reply().expect("a reply").expect("a reply, and no end")
    }

    /// Returns the next reply, or `None` at the end of the stream.
    pub(crate) fn try_reply(&mut self) -> io::Result<Option<String>> {
        loop {
            if let Some(length) = self.length() {
                let reply: Vec<u8> = self.buffer.drain(..length).collect();
                return Ok(Some(show(&reply)));
            }
            let mut chunk = [0; 64 * 1024];
            match self.stream.read(&mut chunk)? {
                0 if self.buffer.is_empty() => return Ok(None),
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                length => self.buffer.extend_from_slice(&chunk[..length]),
            }
        }
    }

    /// Returns the replies that arrive until there is none for `quiet`. Only for recording.
    pub(crate) fn replies_until_quiet(&mut self, quiet: Duration) -> Vec<String> {
        self.stream.set_read_timeout(Some(quiet)).expect("a socket");
        let mut replies = Vec::new();
        while let Ok(Some(reply)) = self.try_reply() {
            replies.push(reply);
        }
        self.stream.set_read_timeout(Some(TIMEOUT)).expect("a socket");
        replies
    }

    /// Returns the length of the first reply in the buffer, if it is complete.
    fn length(&self) -> Option<usize> {
        if self.buffer.is_empty() {
            return None;
        }
        let length = if self.is_resp3 {
            resp3::decode::complete::decode_range(&self.buffer)
                .map(|found| found.map(|found| found.1))
        } else {
            resp2::decode::decode_range(&self.buffer).map(|found| found.map(|found| found.1))
        };
        length.unwrap_or_else(|error| panic!("{error} in {:?}", show(&self.buffer)))
    }
}

/// Encodes a request.
pub(crate) fn request(words: &[&[u8]]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// Formats bytes as one line of text, truncated to [`MAX_SHOWN`] bytes.
pub(crate) fn show(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(MAX_SHOWN)];
    let text = bytes.escape_ascii().to_string().replace("\\r\\n", " ").replace("\\'", "'");
    text.replace("\\\"", "\"").trim_end().to_owned()
}
