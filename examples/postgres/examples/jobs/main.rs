//! A job board: pages that change in all browsers when a job is posted or taken.
//!
//! ```console
//! $ bash examples/postgres/cluster.sh cargo run -p postgres-actor --example jobs
//! ```
//!
//! A trigger sends `NOTIFY` for each change. One connection listens, and an actor hands each notification to all
//! browsers as a server-sent event.

mod board;
mod feed;
mod routes;

use std::{env, error::Error};

use actor_runtime::Scope;
use postgres_actor::{Config, Pool, PoolConfig};
use tokio::net::TcpListener;

use board::Board;
use feed::Feed;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set: see `cluster.sh`")?;
    let config = url.parse::<Config>()?.application_name("jobs");
    let pool = Pool::new(config, PoolConfig::new(8).min_idle(1));
    let board = Board::new(pool.clone());
    board.set_up().await?;

    let scope = Scope::new();
    let feed = scope.spawn(Feed::new(pool.listen(board::CHANNEL)));
    let listener =
        TcpListener::bind(env::var("LISTEN").as_deref().unwrap_or("127.0.0.1:0")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let stop = feed.clone();
    let served =
        axum::serve(listener, routes::routes(board, feed)).with_graceful_shutdown(async move {
            let _ = tokio::signal::ctrl_c().await;
            // Ends the events, which would keep their connections open.
            actor_runtime::ActorHandle::shutdown(&stop).await;
        });
    served.await?;
    scope.shutdown().await;
    pool.close().await;
    Ok(())
}
