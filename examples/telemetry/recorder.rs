//! The recorder actor: writes received frames to a capture file, on its own thread because file I/O blocks.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use actor_runtime::actor;

use super::frame::{Frame, HEADER};

/// Writes a capture file.
#[derive(Debug)]
pub struct Recorder {
    file: BufWriter<File>,
    bytes: Vec<u8>,
    failure: Option<io::Error>,
}

#[actor(mailbox = 256)]
impl Recorder {
    /// Creates the file, or truncates it if it exists.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be created.
    pub fn create(path: &Path) -> io::Result<Self> {
        let file = BufWriter::new(File::create(path)?);
        Ok(Self { file, bytes: Vec::new(), failure: None })
    }

    /// Writes the header, so that a file that cannot be written is an error of the start.
    #[on_start]
    fn begin(&mut self) -> Result<(), io::Error> {
        self.file.write_all(&HEADER)?;
        self.file.flush()
    }

    /// Writes a frame. After a failure, further frames are ignored.
    pub fn record(&mut self, frame: Frame) {
        if self.failure.is_some() {
            return;
        }
        self.bytes.clear();
        frame.encode(&mut self.bytes);
        if let Err(error) = self.file.write_all(&self.bytes) {
            tracing::error!(%error, "cannot write the capture, recording stops");
            self.failure = Some(error);
        }
    }

    /// Finishes the capture.
    ///
    /// # Errors
    ///
    /// Returns the first error that occurred while writing.
    pub fn finish(mut self) -> io::Result<()> {
        match self.failure.take() {
            Some(error) => Err(error),
            None => self.file.flush(),
        }
    }
}
