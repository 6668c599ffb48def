//! Queries whose rows are fetched in parts, while the connection goes on.

use postgres_actor::{Error, StatementMode, Status, Transaction, Type};

use crate::support::{cluster, soon};

/// The number of portals that a transaction has on the server.
async fn open(transaction: &Transaction) -> i64 {
    let sql = "SELECT count(*) FROM pg_cursors WHERE name <> ''";
    transaction.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn rows_in_parts() {
    let cluster = cluster!();
    for mode in [StatementMode::Named { cache: 8 }, StatementMode::Unnamed { cache: 8 }] {
        let session = cluster.config().statements(mode).connect().await.unwrap();
        let transaction = session.transaction().await.unwrap();
        let portal =
            transaction.portal("SELECT generate_series(1, $1::int4) AS i", &[&5]).await.unwrap();
        assert_eq!((portal.columns()[0].name(), portal.columns()[0].ty()), ("i", &Type::INT4));
        // Sent without waiting for each other's answers.
        let (one, two, three) =
            tokio::try_join!(portal.fetch(2), portal.fetch(2), portal.fetch(2)).unwrap();
        let parts = [one, two, three]
            .map(|part| part.iter().map(|row| row.get::<i32>(0)).collect::<Vec<_>>());
        assert_eq!(parts, [vec![1, 2], vec![3, 4], vec![5]]);
        assert_eq!(portal.fetch(2).await.unwrap().len(), 0);
        let portal = transaction.portal("SELECT generate_series(1, 5)", &[]).await.unwrap();
        assert_eq!(portal.fetch(0).await.unwrap().len(), 5);
        transaction.commit().await.unwrap();
    }
}

/// Between two parts, other statements of the transaction are answered, however many rows are left.
#[tokio::test]
async fn a_slow_reader_holds_nobody_up() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let transaction = session.transaction().await.unwrap();
    let sql = "SELECT g::int4, repeat('x', 1000) FROM generate_series(1, 30000) g";
    let mut rows = transaction.portal(sql, &[]).await.unwrap().stream(100);
    let mut next = 1;
    while let Some(row) = rows.next().await {
        assert_eq!(row.unwrap().get::<i32>(0), next);
        if next % 1000 == 0 {
            let other = soon("the other", transaction.query_one("SELECT $1::int4", &[&next])).await;
            assert_eq!(other.unwrap().get::<i32>(0), next);
        }
        next += 1;
    }
    assert_eq!(next, 30_001);
    assert!(rows.next().await.is_none());
}

#[tokio::test]
async fn one_that_is_dropped_is_closed_on_the_server() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let transaction = session.transaction().await.unwrap();
    let portal = transaction.portal("SELECT generate_series(1, 5)", &[]).await.unwrap();
    let mut rows = transaction.portal("SELECT generate_series(1, 5)", &[]).await.unwrap().stream(1);
    rows.next().await.unwrap().unwrap();
    assert_eq!(open(&transaction).await, 2);
    drop(portal);
    assert_eq!(open(&transaction).await, 1);
    drop(rows);
    assert_eq!(open(&transaction).await, 0);
}

#[tokio::test]
async fn an_error_comes_after_the_rows() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let transaction = session.transaction().await.unwrap();
    let sql = "SELECT 10 / (8 - g) FROM generate_series(1, 10) g";
    let mut rows = transaction.portal(sql, &[]).await.unwrap().stream(2);
    for _ in 0..6 {
        rows.next().await.unwrap().unwrap();
    }
    assert_eq!(rows.next().await.unwrap().unwrap_err().code(), Some("22012"));
    assert!(rows.next().await.is_none());
    assert_eq!(transaction.status(), Status::Failed);
    drop(transaction);
    session.query("SELECT 1", &[]).await.unwrap();
}

#[tokio::test]
async fn one_ends_with_its_transaction() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let mut transaction = session.transaction().await.unwrap();
    let savepoint = transaction.savepoint("inner").await.unwrap();
    let inner = savepoint.portal("SELECT generate_series(1, 5)", &[]).await.unwrap();
    inner.fetch(1).await.unwrap();
    savepoint.rollback().await.unwrap();
    assert_eq!(inner.fetch(1).await.unwrap_err().code(), Some("34000"));
    drop(transaction);

    let transaction = session.transaction().await.unwrap();
    let portal = transaction.portal("SELECT generate_series(1, 5)", &[]).await.unwrap();
    transaction.commit().await.unwrap();
    assert!(matches!(portal.fetch(1).await, Err(Error::Ended)));
    let mut rows = portal.stream(1);
    assert!(matches!(rows.next().await, Some(Err(Error::Ended))));
    assert!(rows.next().await.is_none());
}

#[tokio::test]
async fn a_copy_has_no_rows() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let transaction = session.transaction().await.unwrap();
    let portal = transaction.portal("COPY (SELECT 1) TO STDOUT", &[]).await.unwrap();
    assert!(matches!(portal.fetch(1).await, Err(Error::NotCopy { .. })));
    let row = soon("the next", transaction.query_one("SELECT 42", &[])).await.unwrap();
    assert_eq!(row.get::<i32>(0), 42);
}
