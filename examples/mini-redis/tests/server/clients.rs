//! The `redis` crate as a client, with its default settings unless a test changes them.

use redis::{AsyncCommands, aio::MultiplexedConnection};

use crate::support::Server;

async fn connect(server: &Server) -> MultiplexedConnection {
    let client = redis::Client::open(format!("redis://{}", server.address)).expect("an address");
    client.get_multiplexed_async_connection().await.expect("a connection")
}

#[tokio::test]
async fn the_redis_crate_runs_commands_and_transactions() {
    let server = Server::start();
    let mut connection = connect(&server).await;
    let () = connection.set_ex("greeting", "hello", 100).await.unwrap();
    assert_eq!(connection.get::<_, String>("greeting").await.unwrap(), "hello");
    assert_eq!(connection.ttl::<_, i64>("greeting").await.unwrap(), 100);
    assert_eq!(connection.get::<_, Option<String>>("none").await.unwrap(), None);
    let (first, second): (i64, i64) = redis::pipe()
        .atomic()
        .incr("n", 1)
        .incr("n", 1)
        .query_async(&mut connection)
        .await
        .unwrap();
    assert_eq!((first, second), (1, 2));
    let wrong: redis::RedisResult<i64> = connection.incr("greeting", 1).await;
    assert!(wrong.unwrap_err().to_string().contains("not an integer"));
    assert_eq!(connection.del::<_, i64>(&["n", "greeting"]).await.unwrap(), 2);
}

#[tokio::test]
async fn concurrent_requests_on_one_connection_get_their_own_replies() {
    let server = Server::start();
    let connection = connect(&server).await;
    let tasks: Vec<_> = (0..200)
        .map(|number: u32| {
            let mut connection = connection.clone();
            tokio::spawn(async move {
                let key = format!("k{number}");
                let () = connection.set(&key, number).await.unwrap();
                assert_eq!(connection.get::<_, u32>(&key).await.unwrap(), number);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

#[tokio::test]
async fn replies_and_pushes_share_a_resp3_connection() {
    let server = Server::start();
    let address = format!("redis://{}/?protocol=resp3", server.address);
    let client = redis::Client::open(address).expect("an address");
    let (sender, mut pushes) = tokio::sync::mpsc::unbounded_channel();
    let config = redis::AsyncConnectionConfig::new().set_push_sender(sender);
    let mut subscriber =
        client.get_multiplexed_async_connection_with_config(&config).await.expect("a connection");
    subscriber.subscribe("news").await.unwrap();
    let push = pushes.recv().await.expect("the confirmation");
    assert_eq!(push.kind, redis::PushKind::Subscribe);
    let mut publisher = connect(&server).await;
    assert_eq!(publisher.publish::<_, _, i64>("news", "hello").await.unwrap(), 1);
    let push = pushes.recv().await.expect("the message");
    assert_eq!(push.kind, redis::PushKind::Message);
    let () = subscriber.set("k", "v").await.unwrap();
    assert_eq!(subscriber.get::<_, String>("k").await.unwrap(), "v");
}
