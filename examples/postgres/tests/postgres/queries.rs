//! Queries, typed rows, errors of the server, parameters, notices.

use std::sync::Arc;

use postgres_actor::{Error, FromSql, SqlState, StatementMode, ToSql, Type};

use crate::support::{cluster, soon, unique};

#[tokio::test]
async fn values_of_many_types_go_out_and_come_back() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let sql = "SELECT $1::int4, $2::int8, $3::text, $4::bool, $5::float8, $6::bytea, $7::int4[], $8::text";
    let none: Option<&str> = None;
    let row = session
        .query_one(
            sql,
            &[&1_i32, &2_i64, &"drei", &true, &0.5_f64, &&b"\0\xff"[..], &vec![4, 5], &none],
        )
        .await
        .unwrap();
    assert_eq!(row.get::<i32>(0), 1);
    assert_eq!(row.get::<i64>(1), 2);
    assert_eq!(row.get::<&str>("text"), "drei");
    assert!(row.get::<bool>("bool"));
    assert_eq!(row.get::<f64>(4), 0.5);
    assert_eq!(row.get::<&[u8]>(5), b"\0\xff");
    assert_eq!(row.get::<Vec<i32>>(6), [4, 5]);
    assert_eq!(row.get::<Option<String>>(7), None);
    assert_eq!(row.columns()[6].ty(), &Type::INT4_ARRAY);
    assert_eq!(row.len(), 8);
}

#[tokio::test]
async fn errors_name_what_is_wrong() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let row = session.query_one("SELECT 1 AS one, NULL::int4 AS none", &[]).await.unwrap();
    let text = |error: Error| error.to_string();
    assert_eq!(text(row.try_get::<i32>("two").unwrap_err()), "the row has no column `two`");
    assert!(
        text(row.try_get::<i32>("none").unwrap_err()).starts_with("column `none` of type `int4`")
    );
    assert!(text(row.try_get::<String>(0).unwrap_err()).starts_with("column `one` of type `int4`"));

    let error = session.query("SELECT $1::int4", &[&"text"]).await.unwrap_err();
    assert!(text(error).starts_with("parameter $1 of type `int4`"));
    let error = session.query("SELECT $1::int4", &[]).await.unwrap_err();
    assert_eq!(text(error), "the statement has 1 parameters, but 0 values were given");
    let error = session.query_one("SELECT generate_series(1, 3)", &[]).await.unwrap_err();
    assert_eq!(text(error), "expected one row, but the query returned 3");
    let error = session.query("SELECT '\0'", &[]).await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error}");

    let error = session.query("SELECT * FROM missing", &[]).await.unwrap_err();
    assert_eq!(error.code(), Some(SqlState::UNDEFINED_TABLE));
    assert_eq!(error.server().unwrap().position(), Some("15"));
    assert_eq!(error.to_string(), "ERROR: relation \"missing\" does not exist (SQLSTATE 42P01)");
    assert_eq!(session.query_one("SELECT 42", &[]).await.unwrap().get::<i32>(0), 42);
}

#[tokio::test]
async fn the_constraint_that_was_violated() {
    let cluster = cluster!();
    let session = cluster.session().await;
    session.simple_query("CREATE TEMP TABLE t (i int CONSTRAINT only_once UNIQUE)").await.unwrap();
    assert_eq!(session.execute("INSERT INTO t VALUES ($1)", &[&1]).await.unwrap(), 1);
    let error = session.execute("INSERT INTO t VALUES ($1)", &[&1]).await.unwrap_err();
    let server = error.server().unwrap();
    assert_eq!(
        (server.code(), server.constraint()),
        (SqlState::UNIQUE_VIOLATION, Some("only_once"))
    );
    assert!(error.to_string().contains("detail: Key (i)=(1) already exists."), "{error}");
}

#[tokio::test]
async fn the_simple_protocol_returns_all_sets() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let sql = "CREATE TEMP TABLE t (i int); INSERT INTO t VALUES (1), (2); SELECT i, 'x' AS x FROM t; ; SELECT 1 WHERE false";
    let results = session.simple_query(sql).await.unwrap();
    let tags: Vec<_> = results.iter().map(postgres_actor::SimpleResult::tag).collect();
    assert_eq!(tags, ["CREATE TABLE", "INSERT 0 2", "SELECT 2", "SELECT 0"]);
    assert_eq!(results[1].affected(), 2);
    assert_eq!(results[2].columns(), ["i", "x"]);
    assert_eq!(results[2].rows()[1].get(0), Some("2"));
    assert_eq!(session.simple_query("").await.unwrap()[0].tag(), "");
}

#[derive(Debug, PartialEq, ToSql, FromSql)]
#[postgres(name = "mood")]
enum Mood {
    #[postgres(name = "sad")]
    Sad,
    #[postgres(name = "happy")]
    Happy,
}

#[tokio::test]
async fn types_of_the_user_are_looked_up_once() {
    let cluster = cluster!();
    for mode in [StatementMode::Named { cache: 8 }, StatementMode::Unnamed { cache: 8 }] {
        let session = cluster.config().statements(mode).connect().await.unwrap();
        let schema = unique("types");
        session
            .simple_query(&format!(
                "CREATE SCHEMA {schema}; SET search_path = {schema}; CREATE TYPE mood AS ENUM ('sad', 'happy');
                 CREATE DOMAIN small AS int4 CHECK (VALUE < 10); CREATE TYPE pair AS (mood mood, small small)"
            ))
            .await
            .unwrap();
        let sql = "SELECT $1::mood AS mood, $2::mood[] AS moods, ROW('sad', 3)::pair AS pair";
        for _ in 0..2 {
            let row = session.query_one(sql, &[&Mood::Happy, &vec![Mood::Sad]]).await.unwrap();
            assert_eq!(row.get::<Mood>("mood"), Mood::Happy);
            assert_eq!(row.get::<Vec<Mood>>("moods"), [Mood::Sad]);
            assert_eq!(row.columns()[2].ty().name(), "pair");
        }
        let before = session.counts().requests;
        session.query_one(sql, &[&Mood::Sad, &Vec::<Mood>::new()]).await.unwrap();
        assert_eq!(session.counts().requests - before, 1);
        session.simple_query(&format!("DROP SCHEMA {schema} CASCADE")).await.unwrap();
    }
}

#[tokio::test]
async fn parameters_are_seen_as_the_server_announces_them() {
    let cluster = cluster!();
    let session = cluster.session().await;
    assert!(session.parameter("server_version").is_some());
    session.simple_query("SET TimeZone = 'Asia/Tokyo'").await.unwrap();
    assert_eq!(session.parameter("TimeZone").as_deref(), Some("Asia/Tokyo"));
}

#[tokio::test]
async fn notices_are_streamed() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let mut notices = session.notices().await.unwrap();
    session.simple_query("DO $$ BEGIN RAISE WARNING 'careful'; END $$").await.unwrap();
    let notice = soon("the notice", notices.next()).await.unwrap();
    assert_eq!((notice.severity(), notice.message()), ("WARNING", "careful"));
    session.close().await;
    assert!(soon("the end", notices.next()).await.is_none());
}

#[tokio::test]
async fn notices_of_connecting_come_first() {
    let cluster = cluster!();
    let config = cluster.config().application_name(&"x".repeat(65));
    let session = config.connect().await.unwrap();
    let mut notices = session.notices().await.unwrap();
    let notice = soon("the notice", notices.next()).await.unwrap();
    assert!(notice.message().ends_with("x\""), "{}", notice.message());
    session.simple_query("DO $$ BEGIN RAISE WARNING 'careful'; END $$").await.unwrap();
    assert_eq!(soon("the next", notices.next()).await.unwrap().message(), "careful");
}

#[tokio::test]
async fn modifiers_of_types() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let sql = "SELECT $1::int8, $2::varchar(7), $3::numeric(10, 2)";
    let statement = session.prepare(sql).await.unwrap();
    let modifiers: Vec<i32> =
        statement.columns().iter().map(postgres_actor::Column::type_modifier).collect();
    assert_eq!(modifiers, [-1, 7 + 4, (10 << 16 | 2) + 4]);
}

#[tokio::test]
async fn a_batch_is_one_write_and_one_transaction() {
    let cluster = cluster!();
    let session = cluster.session().await;
    session.simple_query("CREATE TEMP TABLE t (i int UNIQUE)").await.unwrap();
    let insert = session.prepare("INSERT INTO t VALUES ($1)").await.unwrap();
    let select = session.prepare("SELECT i FROM t ORDER BY i").await.unwrap();
    let before = session.counts();
    let mut batch = session.batch();
    for i in 0..100 {
        batch.add(&insert, &[&i]).await.unwrap();
    }
    batch.add(&select, &[]).await.unwrap();
    assert!(batch.add(&insert, &[&"text"]).await.is_err());
    let outcomes = batch.run().await.unwrap();
    assert_eq!(outcomes.len(), 101);
    assert_eq!(outcomes[0].affected, 1);
    assert_eq!(outcomes[100].rows[99].get::<i32>(0), 99);
    let after = session.counts();
    assert_eq!((after.requests - before.requests, after.writes - before.writes), (1, 1));

    let mut batch = session.batch();
    batch.add(&insert, &[&1000]).await.unwrap();
    batch.add(&insert, &[&0]).await.unwrap();
    batch.add(&select, &[]).await.unwrap();
    assert_eq!(batch.run().await.unwrap_err().code(), Some(SqlState::UNIQUE_VIOLATION));
    assert_eq!(session.query("SELECT i FROM t", &[]).await.unwrap().len(), 100);
}

/// A statement that is parsed each time sees the columns as they are.
#[tokio::test]
async fn a_table_that_changes_its_columns() {
    let cluster = cluster!();
    for mode in [StatementMode::Named { cache: 8 }, StatementMode::Unnamed { cache: 8 }] {
        let session = cluster.config().statements(mode).connect().await.unwrap();
        session.simple_query("CREATE TEMP TABLE t AS SELECT 1 AS a").await.unwrap();
        assert_eq!(session.query_one("SELECT * FROM t", &[]).await.unwrap().len(), 1);
        session.simple_query("ALTER TABLE t ADD b text DEFAULT 'b'").await.unwrap();
        let row = session.query_one("SELECT * FROM t", &[]).await.unwrap();
        assert_eq!((row.get::<i32>("a"), row.get::<&str>("b")), (1, "b"));
    }
}

/// However it is used, a statement is out of date at most once.
#[tokio::test]
async fn a_table_that_changes_its_columns_under_each_kind_of_call() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let sql = "SELECT * FROM t";
    let change = async || {
        let sql = "DROP TABLE IF EXISTS t; CREATE TEMP TABLE t AS SELECT 1 AS a";
        session.simple_query(sql).await.unwrap();
        session.prepare("SELECT * FROM t").await.unwrap();
        let sql = format!("ALTER TABLE t ADD {} int DEFAULT 2", unique("b"));
        session.simple_query(&sql).await.unwrap();
    };
    change().await;
    let statement = session.prepare(sql).await.unwrap();
    assert_eq!(session.query_one(&statement, &[]).await.unwrap().len(), 2);
    assert_eq!(session.execute(&statement, &[]).await.unwrap(), 1);
    // It is not kept on the server's word that it was right once.
    assert_eq!(session.prepare(sql).await.unwrap().columns().len(), 2);

    change().await;
    let error = session.stream(sql, &[]).await.unwrap().collect().await.unwrap_err();
    assert_eq!(error.code(), Some("0A000"));
    assert_eq!(session.stream(sql, &[]).await.unwrap().collect().await.unwrap()[0].len(), 2);

    change().await;
    let mut batch = session.batch();
    batch.add(sql, &[]).await.unwrap();
    assert_eq!(batch.run().await.unwrap_err().code(), Some("0A000"));
    let mut batch = session.batch();
    batch.add(sql, &[]).await.unwrap();
    assert_eq!(batch.run().await.unwrap()[0].rows[0].len(), 2);

    change().await;
    let transaction = session.transaction().await.unwrap();
    assert_eq!(transaction.portal(sql, &[]).await.unwrap_err().code(), Some("0A000"));
    drop(transaction);
    let transaction = session.transaction().await.unwrap();
    assert_eq!(transaction.portal(sql, &[]).await.unwrap().columns().len(), 2);
    drop(transaction);

    change().await;
    let transaction = session.transaction().await.unwrap();
    assert_eq!(transaction.query(sql, &[]).await.unwrap_err().code(), Some("0A000"));
    drop(transaction);
    let exclusive = session.exclusive().await.unwrap();
    assert_eq!(exclusive.query_one(sql, &[]).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_query_with_given_types_takes_one_round_trip() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let before = session.counts();
    let rows = session.query_typed("SELECT $1 + 1", &[(&41_i32, Type::INT4)]).await.unwrap();
    assert_eq!(rows[0].get::<i32>(0), 42);
    let after = session.counts();
    assert_eq!((after.requests - before.requests, after.prepared - before.prepared), (1, 0));
}

#[tokio::test]
async fn a_statement_with_given_types_says_how_many_rows_it_affected() {
    let cluster = cluster!();
    let session = cluster.session().await;
    session.simple_query("CREATE TEMP TABLE t (i int)").await.unwrap();
    let before = session.counts().requests;
    let sql = "INSERT INTO t SELECT generate_series(1, $1)";
    assert_eq!(session.execute_typed(sql, &[(&5, Type::INT4)]).await.unwrap(), 5);
    assert_eq!(session.counts().requests - before, 1);
}

#[tokio::test]
async fn a_copy_in_a_query_is_refused_and_hurts_nobody() {
    let cluster = cluster!();
    let session = Arc::new(cluster.session().await);
    session.simple_query("CREATE TEMP TABLE t (i int)").await.unwrap();
    let mut others = tokio::task::JoinSet::new();
    for i in 0..50_i32 {
        let session = session.clone();
        others.spawn(async move {
            assert_eq!(session.query_one("SELECT $1::int4", &[&i]).await.unwrap().get::<i32>(0), i);
        });
    }
    for sql in ["COPY t FROM STDIN", "copy t to stdout"] {
        for error in [
            session.simple_query(sql).await.map(drop).unwrap_err(),
            session.execute(sql, &[]).await.map(drop).unwrap_err(),
        ] {
            assert!(matches!(error, Error::NotCopy { .. }), "{error}");
        }
    }
    others.join_all().await;
    assert_eq!(session.query_one("SELECT 42", &[]).await.unwrap().get::<i32>(0), 42);
}
