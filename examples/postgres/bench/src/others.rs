//! The same queries through babar, and through pools: ours, deadpool-postgres and sqlx.

use std::{error::Error, sync::Arc, time::Instant};

use babar::{codec::int4, query::Query};
use postgres_actor::{Config, Pool, PoolConfig};
use sqlx_postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tokio::task::JoinSet;
use tokio_postgres::NoTls;

use crate::{SELECT, key};

/// The sessions of each pool.
const SESSIONS: usize = 16;

/// All of them, connected.
pub(crate) struct Others {
    babar: Arc<babar::Session>,
    pool: Pool,
    deadpool: deadpool_postgres::Pool,
    sqlx: PgPool,
}

/// Runs tasks, and returns the time that they take.
async fn timed<F>(callers: usize, caller: impl Fn(usize) -> F) -> f64
where
    F: Future<Output = ()> + Send + 'static,
{
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for number in 0..callers {
        tasks.spawn(caller(number));
    }
    tasks.join_all().await;
    begun.elapsed().as_secs_f64()
}

pub(crate) async fn babar(url: &str) -> Result<Arc<babar::Session>, Box<dyn Error>> {
    let peer: tokio_postgres::Config = url.parse()?;
    let Some(tokio_postgres::config::Host::Tcp(host)) = peer.get_hosts().first() else {
        return Err("the server is not at a host".into());
    };
    let port = peer.get_ports().first().copied().unwrap_or(5432);
    let user = peer.get_user().unwrap_or("postgres");
    let database = peer.get_dbname().unwrap_or(user);
    let config = babar::Config::new(host, port, user, database);
    Ok(Arc::new(babar::Session::connect(config).await?))
}

/// One connection, a round trip at a time.
pub(crate) async fn through_babar(
    session: &Arc<babar::Session>,
    callers: usize,
    total: usize,
) -> f64 {
    timed(callers, |caller| {
        let session = session.clone();
        async move {
            let query: Query<(i32,), (i32,)> = Query::raw_with(SELECT, (int4,), (int4,));
            let statement = session.prepare_query(&query).await.expect("it is prepared");
            for round in 0..total / callers {
                let rows = statement.query((key(caller, round),)).await.expect("rows");
                assert_eq!(rows, [(0,)]);
            }
        }
    })
    .await
}

impl Others {
    pub(crate) async fn connect(url: &str) -> Result<Self, Box<dyn Error>> {
        let config: Config = url.parse()?;
        let peer: tokio_postgres::Config = url.parse()?;
        let babar = babar(url).await?;
        let manager = deadpool_postgres::Manager::new(peer.clone(), NoTls);
        let deadpool = deadpool_postgres::Pool::builder(manager).max_size(SESSIONS).build()?;
        let sqlx = PgPoolOptions::new()
            .min_connections(16)
            .max_connections(16)
            .connect_with(url.parse::<PgConnectOptions>()?)
            .await?;
        let pool = Pool::new(config, PoolConfig::new(SESSIONS));
        Ok(Self { babar, pool, deadpool, sqlx })
    }

    pub(crate) async fn babar(&self, callers: usize, total: usize) -> f64 {
        through_babar(&self.babar, callers, total).await
    }

    pub(crate) async fn pool(&self, callers: usize, total: usize) -> f64 {
        timed(callers, |caller| {
            let pool = self.pool.clone();
            async move {
                for round in 0..total / callers {
                    let session = pool.acquire().await.expect("a session");
                    let row = session.query_one(SELECT, &[&key(caller, round)]).await;
                    assert_eq!(row.expect("a row").get::<i32>(0), 0);
                }
            }
        })
        .await
    }

    pub(crate) async fn deadpool(&self, callers: usize, total: usize) -> f64 {
        timed(callers, |caller| {
            let pool = self.deadpool.clone();
            async move {
                for round in 0..total / callers {
                    let client = pool.get().await.expect("a client");
                    let statement = client.prepare_cached(SELECT).await.expect("it is prepared");
                    let row = client.query_one(&statement, &[&key(caller, round)]).await;
                    assert_eq!(row.expect("a row").get::<_, i32>(0), 0);
                }
            }
        })
        .await
    }

    pub(crate) async fn sqlx(&self, callers: usize, total: usize) -> f64 {
        timed(callers, |caller| {
            let pool = self.sqlx.clone();
            async move {
                for round in 0..total / callers {
                    let query = sqlx_core::query_scalar::query_scalar::<_, i32>(SELECT);
                    let value = query.bind(key(caller, round)).fetch_one(&pool).await;
                    assert_eq!(value.expect("a row"), 0);
                }
            }
        })
        .await
    }
}
