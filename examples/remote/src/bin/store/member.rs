//! A member of the group: a process that serves the database.

use std::{path::Path, time::Duration};

use actor_runtime::{Builder, Scope};
use sqlite_actor::{GroupCommit, Options};

use crate::{
    Failure,
    notes::{Notes, NotesHandle, SCHEMA},
    process::input_ended,
};

/// Less than callers wait, so that they are told that the other members were busy.
const BUSY: Duration = Duration::from_secs(2);

/// Serves the database in `file` under `name`, until the input ends.
pub(crate) async fn serve(address: &str, name: &str, file: &Path) -> Result<(), Failure> {
    let options =
        Options::new(file, SCHEMA).group_commit(GroupCommit::default()).busy_timeout(BUSY);
    let notes: NotesHandle =
        Builder::new().name("notes").batch(64).start_thread(move || Notes::open(&options)).await?;
    let scope = Scope::new();
    scope.add(&notes);
    actor_nats::connect(address).await?.serve(name, &notes, &scope).await?;
    println!("ready");
    input_ended().await;
    scope.shutdown().await;
    Ok(())
}
