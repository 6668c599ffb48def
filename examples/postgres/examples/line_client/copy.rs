//! `\copy`: files from here, and to here.

use std::{
    error::Error,
    fs::File,
    io::{BufWriter, Read, Write},
};

use postgres_actor::Session;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Sends a file, and returns the number of rows.
pub(crate) async fn send(session: &Session, statement: &str, file: &str) -> Result<u64> {
    let mut file = File::open(file)?;
    let mut copy = session.copy_in(statement).await?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(copy.finish().await?);
        }
        copy.send(&buffer[..read]).await?;
    }
}

/// Receives a file, and returns the number of lines.
pub(crate) async fn receive(session: &Session, statement: &str, file: &str) -> Result<u64> {
    let mut data = session.copy_out(statement).await?;
    let mut file = BufWriter::new(File::create(file)?);
    let mut lines = 0;
    while let Some(line) = data.next().await? {
        file.write_all(&line)?;
        lines += 1;
    }
    file.flush()?;
    Ok(lines)
}
