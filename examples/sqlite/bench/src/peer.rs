//! tokio-rusqlite, which sends boxed closures to a thread.

use std::path::Path;

use tokio_rusqlite::Connection;

use crate::contestant::{Contestant, SCHEMA, configure, fill, insert, select};

#[derive(Clone)]
pub(crate) struct Peer(Connection);

impl Peer {
    pub(crate) async fn open(file: &Path) -> Self {
        let connection = Connection::open(file).await.expect("a database");
        let boot = |connection: &mut rusqlite::Connection| {
            configure(connection)?;
            connection.execute_batch(SCHEMA[0])?;
            fill(connection)
        };
        connection.call(boot).await.expect("a table with rows");
        Self(connection)
    }
}

impl Contestant for Peer {
    async fn insert(&self, number: i64) {
        let inserted = self.0.call(move |connection| insert(connection, number)).await;
        inserted.expect("a row");
    }

    async fn select(&self, id: i64) {
        let selected = self.0.call(move |connection| select(connection, id)).await;
        selected.expect("a row");
    }
}
