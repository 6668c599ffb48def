//! A hand-written actor: an enum, a bounded channel, a `oneshot` per reply, a thread.

use std::{path::Path, thread};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::contestant::{Contestant, SCHEMA, configure, fill, insert, select};

#[derive(Debug)]
enum Request {
    Insert { number: i64, answer: oneshot::Sender<rusqlite::Result<i64>> },
    Select { id: i64, answer: oneshot::Sender<rusqlite::Result<String>> },
}

#[derive(Clone)]
pub(crate) struct TwinHandle(mpsc::Sender<Request>);

pub(crate) fn open(file: &Path) -> TwinHandle {
    let connection = Connection::open(file).expect("a database");
    configure(&connection).expect("settings");
    connection.execute_batch(SCHEMA[0]).expect("a table");
    fill(&connection).expect("rows");
    let (sender, mut receiver) = mpsc::channel(256);
    thread::spawn(move || {
        while let Some(request) = receiver.blocking_recv() {
            match request {
                Request::Insert { number, answer } => {
                    let _ = answer.send(insert(&connection, number));
                }
                Request::Select { id, answer } => {
                    let _ = answer.send(select(&connection, id));
                }
            }
        }
    });
    TwinHandle(sender)
}

impl Contestant for TwinHandle {
    async fn insert(&self, number: i64) {
        let (answer, receiver) = oneshot::channel();
        self.0.send(Request::Insert { number, answer }).await.expect("a thread");
        receiver.await.expect("an answer").expect("a row");
    }

    async fn select(&self, id: i64) {
        let (answer, receiver) = oneshot::channel();
        self.0.send(Request::Select { id, answer }).await.expect("a thread");
        receiver.await.expect("an answer").expect("a row");
    }
}
