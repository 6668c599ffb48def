//! `LISTEN` and `NOTIFY`.

use postgres_actor::{Error, Notification, Session};

use crate::support::{cluster, soon, unique, until};

fn payload(notification: Notification) -> String {
    match notification {
        Notification::Message { payload, .. } => payload,
        other => panic!("{other:?}"),
    }
}

async fn notify(session: &Session, channel: &str, payload: &str) {
    session.query("SELECT pg_notify($1, $2)", &[&channel, &payload]).await.unwrap();
}

#[tokio::test]
async fn notifications_arrive_in_order_also_while_nothing_is_asked() {
    let cluster = cluster!();
    let (session, other) = (cluster.session().await, cluster.session().await);
    let channel = unique("Channel \"x\"");
    let mut one = session.listen(&channel).await.unwrap();
    let mut two = session.listen(&channel).await.unwrap();
    for i in 0..100 {
        notify(&other, &channel, &i.to_string()).await;
    }
    for i in 0..100 {
        for listener in [&mut one, &mut two] {
            assert_eq!(payload(soon("it", listener.next()).await.unwrap()), i.to_string());
        }
    }
    notify(&session, &channel, "from itself").await;
    let Notification::Message { process_id, channel: of, payload } = one.next().await.unwrap()
    else {
        panic!("it is a message")
    };
    assert_eq!((process_id, &*of, &*payload), (session.process_id(), &*channel, "from itself"));
}

#[tokio::test]
async fn a_listener_that_is_dropped_ends_listening_if_it_was_the_last() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let channel = unique("channel");
    let listens = async || {
        let sql = "SELECT count(*) FROM pg_listening_channels() AS channel WHERE channel = $1";
        session.query_one(sql, &[&channel]).await.unwrap().get::<i64>(0)
    };
    let one = session.listen(&channel).await.unwrap();
    let mut two = session.listen(&channel).await.unwrap();
    drop(one);
    notify(&session, &channel, "still").await;
    assert_eq!(payload(two.next().await.unwrap()), "still");
    assert_eq!(listens().await, 1);
    drop(two);
    until("it does not listen", async || listens().await == 0).await;
}

#[tokio::test]
async fn a_reader_that_is_too_slow_learns_how_many_it_missed() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let channel = unique("channel");
    let mut listener = session.listen(&channel).await.unwrap();
    // In a task of its own: a buffer has no bound while its reader waits for the session.
    let sent = tokio::spawn({
        let channel = channel.clone();
        async move {
            let sql = "SELECT pg_notify($1, g::text) FROM generate_series(1, 1000) g";
            session.query(sql, &[&channel]).await.unwrap();
            // They come after the answer.
            notify(&session, &channel, "last").await;
            session.query("SELECT 1", &[]).await.unwrap();
        }
    });
    sent.await.unwrap();
    let (mut seen, mut lost) = (0, 0);
    while seen + lost < 1001 {
        match soon("the rest", listener.next()).await.unwrap() {
            Notification::Message { .. } => seen += 1,
            Notification::Lagged(count) => lost += count,
            other => panic!("{other:?}"),
        }
    }
    assert!(lost > 0 && seen >= 256, "{seen} seen, {lost} lost");
}

/// Also those of channels that a statement listens to.
#[tokio::test]
async fn notifications_of_all_channels() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let (one, two) = (unique("channel"), unique("channel"));
    let mut all = session.notifications().await.unwrap();
    let dropped = session.notifications().await.unwrap();
    let mut listener = session.listen(&one).await.unwrap();
    session.simple_query(&format!("LISTEN {two}")).await.unwrap();
    drop(dropped);
    notify(&session, &two, "2").await;
    notify(&session, &one, "1").await;
    assert_eq!(payload(soon("it", listener.next()).await.unwrap()), "1");
    for expected in ["2", "1"] {
        assert_eq!(payload(soon("it", all.next()).await.unwrap()), expected);
    }
    drop(listener);
    drop(session);
    let error = soon("the end", all.next()).await.unwrap_err();
    assert!(matches!(error, Error::Closed { may_have_run: false, .. }), "{error}");
}

#[tokio::test]
async fn a_listener_keeps_the_session_and_ends_with_it() {
    let cluster = cluster!();
    let (session, other) = (cluster.session().await, cluster.session().await);
    let channel = unique("channel");
    let mut listener = session.listen(&channel).await.unwrap();
    let pid = session.process_id();
    drop(session);
    notify(&other, &channel, "alive").await;
    assert_eq!(payload(soon("it", listener.next()).await.unwrap()), "alive");
    other.query("SELECT pg_terminate_backend($1)", &[&pid]).await.unwrap();
    let error = soon("the end", listener.next()).await.unwrap_err();
    assert_eq!(error.code(), Some("57P01"), "{error}");
}
