//! The connection itself on a dedicated thread, as the upper bound.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    thread,
};

use rusqlite::Connection;

use crate::contestant::{ROWS, SCHEMA, Workload, configure, fill, insert, select};

pub(crate) struct Plain(Arc<Mutex<Connection>>);

impl Plain {
    pub(crate) fn open(file: &Path) -> Self {
        let connection = Connection::open(file).expect("a database");
        configure(&connection).expect("settings");
        connection.execute_batch(SCHEMA[0]).expect("a table");
        fill(&connection).expect("rows");
        Self(Arc::new(Mutex::new(connection)))
    }

    /// Runs all operations on one thread, without messages.
    pub(crate) fn run(&self, workload: Workload, operations: u64) {
        let connection = self.0.clone();
        let thread = thread::spawn(move || {
            let connection = connection.lock().expect("the lock is not poisoned");
            let mut rng = fastrand::Rng::with_seed(0);
            for number in 0..operations {
                match workload {
                    Workload::Insert => drop(insert(&connection, number as i64).expect("a row")),
                    Workload::Select => {
                        drop(select(&connection, rng.i64(1..=ROWS)).expect("a row"))
                    }
                }
            }
        });
        thread.join().expect("the thread does not panic");
    }
}
