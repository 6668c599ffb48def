//! Model test: random operations produce the same replies and the same rows as plain rusqlite.

use actor_runtime::{ActorHandle, Answer, Builder};
use fastrand::Rng;
use rusqlite::{Connection, params_from_iter};
use sqlite_actor::{Changed, DatabaseHandle, GroupCommit, Result, Row, Statement, Value};

use crate::support::{SCHEMA, Scratch, grouped, start_with};

#[derive(Clone, Debug)]
enum Operation {
    Execute(Statement),
    Query(Statement),
    Transaction(Vec<Statement>),
    /// A transaction over several requests. A failed request does not end it. The flag decides whether to commit.
    Lease(Vec<Statement>, bool),
}

/// The debug output of a result, so that errors can be compared.
type Outcome = String;

fn statement(rng: &mut Rng) -> Statement {
    let id = Value::Integer(rng.i64(1..40));
    let name = Value::Text(format!("name {}", rng.u8(0..30)));
    // Negative numbers violate a constraint.
    let number = Value::Integer(rng.i64(-2..20));
    match rng.u8(0..9) {
        0..=3 => Statement::new("INSERT INTO entry (name, number) VALUES (?1, ?2)", [name, number]),
        4 => Statement::new("UPDATE entry SET number = ?2 WHERE id = ?1", [id, number]),
        5 => Statement::new("UPDATE OR IGNORE entry SET name = ?2 WHERE id = ?1", [id, name]),
        6 => Statement::new("UPDATE entry SET number = number - 1 WHERE number > ?1", [number]),
        7 => Statement::new("DELETE FROM entry WHERE id = ?1", [id]),
        _ => Statement::new("INSERT INTO nowhere VALUES (?1)", [id]),
    }
}

fn statements(rng: &mut Rng) -> Vec<Statement> {
    (0..rng.usize(0..5)).map(|_| statement(rng)).collect()
}

fn operation(rng: &mut Rng) -> Operation {
    match rng.u8(0..10) {
        0..=5 => Operation::Execute(statement(rng)),
        6 | 7 => {
            let least = Value::Integer(rng.i64(0..20));
            let sql = "SELECT id, name, number FROM entry WHERE number >= ?1 ORDER BY id";
            Operation::Query(Statement::new(sql, [least]))
        }
        8 => Operation::Transaction(statements(rng)),
        _ => Operation::Lease(statements(rng), rng.bool()),
    }
}

/// A reply that has not been read yet.
enum Pending {
    Changed(Answer<Result<Changed>>),
    Rows(Answer<Result<Vec<Row>>>),
    AllChanged(Answer<Result<Vec<Changed>>>),
    Known(Outcome),
}

impl Pending {
    async fn of(database: &DatabaseHandle, operation: Operation) -> Self {
        match operation {
            Operation::Execute(Statement { sql, values }) => {
                Self::Changed(database.execute(sql, values).sent().await.unwrap())
            }
            Operation::Query(Statement { sql, values }) => {
                Self::Rows(database.query(sql, values).sent().await.unwrap())
            }
            Operation::Transaction(statements) => {
                Self::AllChanged(database.transaction(statements).sent().await.unwrap())
            }
            Operation::Lease(statements, is_kept) => {
                Self::Known(through_lease(database, statements, is_kept).await)
            }
        }
    }

    async fn outcome(self) -> Outcome {
        match self {
            Self::Changed(answer) => format!("{:?}", answer.await.unwrap()),
            Self::Rows(answer) => format!("{:?}", answer.await.unwrap()),
            Self::AllChanged(answer) => format!("{:?}", answer.await.unwrap()),
            Self::Known(outcome) => outcome,
        }
    }
}

async fn through_lease(
    database: &DatabaseHandle,
    statements: Vec<Statement>,
    is_kept: bool,
) -> Outcome {
    let lease = database.lease().await.unwrap();
    lease.begin().await.unwrap().unwrap();
    let mut outcome = String::new();
    for Statement { sql, values } in statements {
        outcome += &format!("{:?}\n", lease.execute(sql, values).await.unwrap());
    }
    if is_kept {
        lease.commit().await.unwrap().unwrap();
    }
    outcome
}

fn run_on_plain(plain: &mut Connection, operation: Operation) -> Outcome {
    fn execute(plain: &Connection, Statement { sql, values }: Statement) -> Result<Changed> {
        let rows = plain.execute(&sql, params_from_iter(values))?;
        Ok(Changed { rows, last_id: plain.last_insert_rowid() })
    }
    fn query(plain: &Connection, Statement { sql, values }: Statement) -> Result<Vec<Row>> {
        let mut statement = plain.prepare(&sql)?;
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column)).collect();
        let rows = statement.query_map(params_from_iter(values), row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
    fn transaction(plain: &mut Connection, statements: Vec<Statement>) -> Result<Vec<Changed>> {
        let transaction = plain.transaction()?;
        let run = |statement| execute(&transaction, statement);
        let changed = statements.into_iter().map(run).collect::<Result<_>>()?;
        transaction.commit()?;
        Ok(changed)
    }
    fn leased(plain: &mut Connection, statements: Vec<Statement>, is_kept: bool) -> Outcome {
        let transaction = plain.transaction().unwrap();
        let run = |statement| format!("{:?}\n", execute(&transaction, statement));
        let outcome = statements.into_iter().map(run).collect();
        if is_kept {
            transaction.commit().unwrap();
        }
        outcome
    }
    match operation {
        Operation::Lease(statements, is_kept) => leased(plain, statements, is_kept),
        Operation::Execute(statement) => format!("{:?}", execute(plain, statement)),
        Operation::Query(statement) => format!("{:?}", query(plain, statement)),
        Operation::Transaction(statements) => format!("{:?}", transaction(plain, statements)),
    }
}

fn dump(plain: &Connection) -> Vec<(i64, String, i64)> {
    let mut statement = plain.prepare("SELECT id, name, number FROM entry ORDER BY id").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

async fn compare_with_plain(batch: usize, group_commit: Option<GroupCommit>) {
    const OPERATIONS: usize = 3_000;
    let seed =
        std::env::var("SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("SEED={seed}");
    let mut rng = Rng::with_seed(seed);
    let scratch = Scratch::new();
    let options = scratch.options();
    let options = group_commit.into_iter().fold(options, |options, it| options.group_commit(it));
    let database = start_with(Builder::new().batch(batch), options).await.unwrap();
    let mut plain = Connection::open_in_memory().unwrap();
    SCHEMA.iter().for_each(|step| plain.execute_batch(step).unwrap());

    let mut pending = Vec::new();
    for number in 0..OPERATIONS {
        let operation = operation(&mut rng);
        let expected = run_on_plain(&mut plain, operation.clone());
        let answer = Pending::of(&database, operation.clone()).await;
        pending.push((operation, expected, answer));
        // Groups vary in size.
        if rng.u8(0..8) == 0 || number + 1 == OPERATIONS {
            for (operation, expected, answer) in pending.drain(..) {
                assert_eq!(answer.outcome().await, expected, "{operation:?}");
            }
        }
    }
    database.shutdown().await;
    let rows = dump(&plain);
    assert!(rows.len() > 3, "nothing to compare: {rows:?}");
    assert_eq!(dump(&scratch.plain()), rows);
}

#[tokio::test]
async fn without_group_commit() {
    compare_with_plain(0, None).await;
}

#[tokio::test]
async fn with_group_commit() {
    compare_with_plain(0, Some(grouped(16))).await;
}

#[tokio::test]
async fn with_batches() {
    compare_with_plain(16, None).await;
}

#[tokio::test]
async fn with_batches_and_group_commit() {
    compare_with_plain(16, Some(grouped(16))).await;
}
