//! Encrypted connections, and passwords that are bound to them.

use std::time::Duration;

use postgres_actor::{Config, Error, SqlState, Tls, ToSql};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Cluster, cluster, soon, until};

fn config(cluster: &Cluster, user: &str) -> Config {
    Config::new("127.0.0.1", cluster.port, user).password("password").database("postgres")
}

fn trusted(cluster: &Cluster) -> Tls {
    Tls::require_pem(cluster.certificate.as_bytes()).unwrap()
}

#[tokio::test]
async fn each_kind_of_password_through_tls() {
    let cluster = cluster!();
    for user in ["pass_user", "md5_user", "scram_user", "ssl_user"] {
        let session = config(cluster, user).tls(trusted(cluster)).connect().await.unwrap();
        let sql = "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
        let row = session.query_one(sql, &[]).await.unwrap();
        assert_eq!((row.get::<bool>(0), row.get::<&str>(1)), (true, "TLSv1.3"), "{user}");
        let large = "x".repeat(1_000_000);
        let row = session.query_one("SELECT $1::text", &[&large]).await.unwrap();
        assert_eq!(row.get::<&str>(0), large);
        session.close().await;
    }
}

/// Without encryption, this user is refused.
#[tokio::test]
async fn a_user_who_must_encrypt() {
    let cluster = cluster!();
    let error = config(cluster, "ssl_user").connect().await.unwrap_err();
    assert_eq!(error.code(), Some("28000"), "{error}");
}

/// The password is bound to the certificate, so that somebody between the two cannot use it.
#[tokio::test]
async fn scram_is_bound_to_the_channel() {
    let cluster = cluster!();
    let bound = config(cluster, "scram_user").tls(trusted(cluster));
    assert!(bound.connect().await.unwrap().is_channel_bound());
    assert!(!config(cluster, "scram_user").connect().await.unwrap().is_channel_bound());
    let error = bound.password("wrong").connect().await.unwrap_err();
    assert_eq!(error.code(), Some(SqlState::INVALID_PASSWORD));
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted() {
    let cluster = cluster!();
    let other = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let tls = Tls::require_pem(other.cert.pem().as_bytes()).unwrap();
    let error = config(cluster, "scram_user").tls(tls).connect().await.unwrap_err();
    assert!(matches!(error, Error::Connect { step: "starting TLS", .. }), "{error}");

    let tls = trusted(cluster).server_name("example.org").unwrap();
    let error = config(cluster, "scram_user").tls(tls).connect().await.unwrap_err();
    assert!(
        error.to_string().contains("certificate not valid for name \"example.org\""),
        "{error}"
    );

    let tls = trusted(cluster).server_name("localhost").unwrap();
    config(cluster, "scram_user").tls(tls).connect().await.unwrap();
    assert!(Tls::require_pem(b"nothing").is_err());
}

/// Cancel requests are encrypted, too.
#[tokio::test]
async fn cancelling_through_tls() {
    let cluster = cluster!();
    let session = config(cluster, "ssl_user").tls(trusted(cluster)).connect().await.unwrap();
    let slow = tokio::spawn({
        let session = session.clone();
        async move { session.simple_query("SELECT pg_sleep(600)").await }
    });
    until("it was sent", async || session.pending() > 0).await;
    until("it is cancelled", async || session.cancel().await.unwrap()).await;
    assert_eq!(slow.await.unwrap().unwrap_err().code(), Some(SqlState::QUERY_CANCELED));
}

/// A statement is not cancelled before all of it has left: the server would wait for the rest of it.
#[tokio::test]
async fn cancelling_a_statement_that_has_not_left() {
    let cluster = cluster!();
    let session = config(cluster, "ssl_user").tls(trusted(cluster)).connect().await.unwrap();
    let process = Pid::from_raw(session.process_id()).unwrap();
    let statement = session.prepare("SELECT length($1::text)").await.unwrap();
    let calls = session.cancel_on_drop();
    // While the process is stopped, the socket takes up to a certain length. Of one that is a little longer, TLS keeps
    // the end, up to 64 KiB.
    for kilobytes in (0..8192).step_by(48) {
        let value = "x".repeat(kilobytes * 1024);
        kill_process(process, Signal::STOP).unwrap();
        let values: [&(dyn ToSql + Sync); 1] = [&value];
        let call = calls.query(&statement, &values);
        let _ = tokio::time::timeout(Duration::from_millis(3), call).await;
        kill_process(process, Signal::CONT).unwrap();
        soon("the next", session.query("SELECT 1", &[])).await.unwrap();
    }
}
