//! A connection pool: a connection goes back when it is dropped, also if its caller gave up before it got
//! it, and callers are served in order.
//!
//! Run with `cargo run -p actor-examples --example connection_pool`.

use std::{
    collections::VecDeque,
    ops::{Deref, DerefMut},
    time::Duration,
};

use actor_runtime::{Reply, WeakHandle, actor, spawn_with};

/// What the pool is for.
#[derive(Debug)]
pub struct Connection {
    id: u32,
    queries: u32,
}

impl Connection {
    fn query(&mut self) -> u32 {
        self.queries += 1;
        self.queries
    }
}

/// Hands out connections.
#[derive(Debug)]
pub struct Pool {
    me: WeakHandle<PoolHandle>,
    idle: Vec<Connection>,
    waiting: VecDeque<Reply<Pooled>>,
}

#[actor]
impl Pool {
    /// Waits for a connection.
    pub fn get(&mut self, reply: Reply<Pooled>) {
        self.waiting.push_back(reply);
        self.serve();
    }

    /// The number of connections that nobody uses.
    pub fn idle(&self) -> usize {
        self.idle.len()
    }

    pub(crate) fn put_back(&mut self, connection: Connection) {
        self.idle.push(connection);
        self.serve();
    }

    fn serve(&mut self) {
        self.waiting.retain(|reply| !reply.is_closed());
        while let (Some(_), Some(_)) = (self.waiting.front(), self.idle.last()) {
            let (Some(reply), Some(connection)) = (self.waiting.pop_front(), self.idle.pop())
            else {
                break;
            };
            // If the caller never reads the reply, `Pooled` is dropped, and the connection comes back.
            reply.send(Pooled { connection: Some(connection), pool: self.me.clone() });
        }
    }
}

/// A connection of a pool, which is used like the connection itself.
#[derive(Debug)]
pub struct Pooled {
    connection: Option<Connection>,
    pool: WeakHandle<PoolHandle>,
}

impl Deref for Pooled {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("it is there until it is dropped")
    }
}

impl DerefMut for Pooled {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("it is there until it is dropped")
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        // `cast_now` is made for `drop`: it never waits, and the mailbox may be full.
        if let (Some(connection), Some(pool)) = (self.connection.take(), self.pool.upgrade()) {
            let _ = pool.put_back(connection).cast_now();
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let idle = (1..=2).map(|id| Connection { id, queries: 0 }).collect();
    let pool = spawn_with(|me| Pool { me, idle, waiting: VecDeque::new() });

    // Both connections are in use, so this caller gives up.
    let (mut first, second) = (pool.get().await?, pool.get().await?);
    assert_ne!(first.id, second.id);
    assert_eq!(first.query(), 1);
    assert!(pool.get().timeout(Duration::from_millis(10)).await.is_err());

    drop((first, second));
    assert_eq!(pool.idle().await?, 2, "none was given to the caller that gave up");

    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move { pool.get().await.map(|mut connection| connection.query()) })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    let (first, second) = (pool.get().await?, pool.get().await?);
    println!("{} and {} queries", first.queries, second.queries);
    assert_eq!(first.queries + second.queries, 101);
    Ok(())
}
