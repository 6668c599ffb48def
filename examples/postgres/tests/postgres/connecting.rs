//! Connecting: addresses, passwords, and errors that say what failed.

use std::{net::TcpListener, time::Duration};

use postgres_actor::{Config, Error, SqlState};

use crate::support::{cluster, soon, until};

#[tokio::test]
async fn each_kind_of_password() {
    let cluster = cluster!();
    for user in ["pass_user", "md5_user", "scram_user"] {
        let config = Config::new("127.0.0.1", cluster.port, user).database("postgres");
        let session = config.clone().password("password").connect().await.unwrap();
        let name: String =
            session.query_one("SELECT current_user::text", &[]).await.unwrap().get(0);
        assert_eq!(name, user);

        let error = config.clone().password("wrong").connect().await.unwrap_err();
        assert_eq!(error.code(), Some(SqlState::INVALID_PASSWORD), "{user}");
        assert!(error.to_string().contains("while authenticating"), "{error}");

        let error = config.connect().await.unwrap_err();
        assert!(error.to_string().contains("wants a password, and none is set"), "{error}");
    }
}

#[tokio::test]
async fn a_unix_socket() {
    let cluster = cluster!();
    let directory = cluster.directory.to_str().unwrap();
    let session = Config::new(directory, cluster.port, "postgres").connect().await.unwrap();
    assert_eq!(session.query_one("SELECT 42", &[]).await.unwrap().get::<i32>(0), 42);
}

#[tokio::test]
async fn a_url() {
    let cluster = cluster!();
    let url = format!(
        "postgres://scram_user:password@127.0.0.1:{}/postgres?application_name=me",
        cluster.port
    );
    let session = url.parse::<Config>().unwrap().connect().await.unwrap();
    let name: String = session.query_one("SHOW application_name", &[]).await.unwrap().get(0);
    assert_eq!(name, "me");
}

#[tokio::test]
async fn errors_say_what_failed_and_where() {
    let cluster = cluster!();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = Config::new("127.0.0.1", closed, "postgres").connect().await.unwrap_err();
    let expected = format!("connecting to 127.0.0.1:{closed} failed while opening the socket");
    assert!(error.to_string().starts_with(&expected), "{error}");
    assert!(error.is_safe_to_retry());

    let config = Config::new("127.0.0.1", cluster.port, "postgres").database("missing");
    let error = config.connect().await.unwrap_err();
    assert_eq!(error.code(), Some("3D000"));
    assert!(error.to_string().contains("database \"missing\" does not exist"), "{error}");
}

#[tokio::test]
async fn connecting_has_a_limit() {
    // Accepts by its backlog, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let config =
        Config::new("127.0.0.1", port, "postgres").connect_timeout(Duration::from_millis(50));
    let error = soon("the limit", config.connect()).await.unwrap_err();
    assert!(matches!(error, Error::Connect { step: "connecting", .. }), "{error}");
    assert!(error.to_string().contains("not done after 50ms"), "{error}");
}

/// A task that outlives its session would keep the server's process alive.
#[tokio::test]
async fn the_connection_ends_with_the_last_handle() {
    let cluster = cluster!();
    let (watcher, session) = (cluster.session().await, cluster.session().await);
    let pid = session.process_id();
    let clone = session.clone();
    drop(session);
    clone.query_one("SELECT 1", &[]).await.unwrap();
    drop(clone);
    let count = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1";
    until("the process ends", async || {
        watcher.query_one(count, &[&pid]).await.unwrap().get::<i64>(0) == 0
    })
    .await;
    // The server's own word for it.
    let line = format!("[{pid}] LOG:  disconnection: ");
    until("the server logs it", async || cluster.log().contains(&line)).await;
}

/// In order: what was sent is answered, the server is told, the task has ended.
#[tokio::test]
async fn close_answers_what_was_sent_and_joins() {
    let cluster = cluster!();
    let (watcher, session) = (cluster.session().await, cluster.session().await);
    let (pid, sent) = (session.process_id(), session.counts().requests);
    let slow = tokio::spawn({
        let session = session.clone();
        async move { session.simple_query("SELECT 7 FROM pg_sleep(0.2)").await }
    });
    until("it was sent", async || session.counts().requests > sent).await;
    soon("close", session.close()).await;
    assert_eq!(slow.await.unwrap().unwrap()[0].rows()[0].get(0), Some("7"));
    let error = session.query("SELECT 1", &[]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the connection has ended: the session was closed; the statement did not run"
    );
    let count = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1";
    until("the process ends", async || {
        watcher.query_one(count, &[&pid]).await.unwrap().get::<i64>(0) == 0
    })
    .await;
    let died = format!("[{pid}] ");
    assert!(
        !cluster.log().lines().any(|line| line.contains(&died) && line.contains("unexpected EOF"))
    );
}

#[tokio::test]
async fn close_has_a_limit() {
    let cluster = cluster!();
    let config = cluster.config().close_timeout(Duration::from_millis(50));
    let session = config.connect().await.unwrap();
    let slow = tokio::spawn({
        let session = session.clone();
        async move { session.query_one("SELECT pg_sleep(60)", &[]).await }
    });
    until("it was sent", async || session.pending() > 0).await;
    soon("close", session.close()).await;
    assert!(slow.await.unwrap().unwrap_err().is_closed());
}
