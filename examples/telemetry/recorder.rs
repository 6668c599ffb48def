//! Writes what comes in into a capture, on a thread of its own: files block.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use actor_runtime::actor;

use super::frame::{Frame, HEADER};

/// Writes one capture.
#[derive(Debug)]
pub struct Recorder {
    file: BufWriter<File>,
    bytes: Vec<u8>,
    failure: Option<io::Error>,
}

#[actor(mailbox = 256)]
impl Recorder {
    /// Makes the file, or empties it.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn create(path: &Path) -> io::Result<Self> {
        let file = BufWriter::new(File::create(path)?);
        Ok(Self { file, bytes: Vec::new(), failure: None })
    }

    /// A file that cannot be written at all is found out before anything is recorded.
    #[on_start]
    fn begin(&mut self) -> Result<(), io::Error> {
        self.file.write_all(&HEADER)?;
        self.file.flush()
    }

    /// Writes a frame. The first failure is the last thing that is written.
    pub fn record(&mut self, frame: Frame) {
        if self.failure.is_some() {
            return;
        }
        self.bytes.clear();
        frame.encode(&mut self.bytes);
        if let Err(error) = self.file.write_all(&self.bytes) {
            tracing::error!(%error, "the capture cannot be written any further");
            self.failure = Some(error);
        }
    }

    /// Ends the capture, and says whether all of it was written.
    ///
    /// # Errors
    ///
    /// What went wrong first.
    pub fn finish(mut self) -> io::Result<()> {
        match self.failure.take() {
            Some(error) => Err(error),
            None => self.file.flush(),
        }
    }
}
