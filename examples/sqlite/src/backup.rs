//! Copies of a database.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use rusqlite::Connection;

use crate::{
    error::{Error, Result},
    sql,
};

/// Writes a copy of the database to a new file.
pub(crate) fn write(connection: &Connection, path: &Path) -> Result<()> {
    let failed = |cause: String| Error::Backup { path: path.to_owned(), cause };
    let refused = |error: io::Error| failed(error.to_string());
    if path.try_exists().map_err(refused)? {
        return Err(failed("the file exists".to_owned()));
    }
    let partial = partial(path);
    // One that an earlier process has left.
    match fs::remove_file(&partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(refused(error)),
        _ => {}
    }
    let name = partial.to_str().ok_or_else(|| failed("the path is not UTF-8".to_owned()))?;
    let copied = sql::execute(connection, "VACUUM INTO ?1", [name])
        .map_err(|error| failed(error.to_string()))
        // SQLite does not flush the copy.
        .and_then(|_| File::open(&partial).and_then(|file| file.sync_all()).map_err(refused))
        .and_then(|()| fs::rename(&partial, path).map_err(refused))
        .and_then(|()| sync_directory(path).map_err(refused));
    if copied.is_err() {
        // The error is that of the copy.
        let _ = fs::remove_file(&partial);
    }
    copied
}

fn partial(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".partial");
    name.into()
}

/// Makes the new name permanent.
fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return Ok(()),
    };
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}
