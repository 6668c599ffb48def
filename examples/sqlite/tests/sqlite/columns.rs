//! Rows have the columns that the schema has when a statement runs, not when it was compiled.

use actor_runtime::{ActorHandle, Builder};
use sqlite_actor::{Options, Value};

use crate::support::{Scratch, start_with};

fn integers<const N: usize>(values: [i64; N]) -> Vec<Value> {
    values.map(Value::Integer).to_vec()
}

/// Changes the schema, through the actor or another connection, between two runs of a cached statement.
#[tokio::test]
async fn a_cached_statement_returns_the_columns_of_the_new_schema() {
    const SCHEMA: &[&str] = &["CREATE TABLE wide (a, b); INSERT INTO wide VALUES (1, 2);
        CREATE VIEW seen AS SELECT a FROM wide;"];
    let changes = [
        (
            "a column is added",
            "SELECT * FROM wide",
            "ALTER TABLE wide ADD COLUMN c DEFAULT 3",
            integers([1, 2, 3]),
        ),
        (
            "a column is dropped",
            "SELECT * FROM wide",
            "ALTER TABLE wide DROP COLUMN b",
            integers([1]),
        ),
        (
            "a table is replaced",
            "SELECT * FROM wide",
            "DROP TABLE wide; CREATE TABLE wide (x, y, z, w); INSERT INTO wide VALUES (4, 3, 2, 1)",
            integers([4, 3, 2, 1]),
        ),
        (
            "a view is replaced",
            "SELECT * FROM seen",
            "DROP VIEW seen; CREATE VIEW seen AS SELECT a, b, a + b FROM wide",
            integers([1, 2, 3]),
        ),
        (
            "rows of a write",
            "UPDATE wide SET a = a RETURNING *",
            "ALTER TABLE wide ADD COLUMN c DEFAULT 3",
            integers([1, 2, 3]),
        ),
    ];
    for (what, query, change, expected) in changes {
        for by_another in [false, true] {
            let scratch = Scratch::new();
            let options = Options::new(scratch.file(), SCHEMA);
            let database = start_with(Builder::new(), options).await.unwrap();
            database.query(query, vec![]).await.unwrap().unwrap();
            if by_another {
                scratch.plain().execute_batch(change).unwrap();
            } else {
                for statement in change.split("; ") {
                    database.execute(statement, vec![]).await.unwrap().unwrap();
                }
            }
            let rows = database.query(query, vec![]).await.unwrap().unwrap();
            assert_eq!(rows, std::slice::from_ref(&expected), "{what}, by another: {by_another}");
            database.shutdown().await;
        }
    }
}
