//! The pool.

use std::{ops::Deref, time::Duration};

use theirs::Result;

use crate::{Config, PreparedQuery, Transaction, failed, query::Query, session, transaction};

#[derive(Clone, Copy)]
pub enum HealthCheck {
    None,
    Ping,
}

#[derive(Clone)]
pub struct PoolConfig {
    size: usize,
    min_idle: usize,
    timeout: Duration,
    check: HealthCheck,
}

impl PoolConfig {
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        let timeout = Duration::from_secs(30);
        Self { size: 1, min_idle: 0, timeout, check: HealthCheck::None }
    }

    pub fn max_size(self, size: usize) -> Self {
        Self { size, ..self }
    }

    pub fn min_idle(self, min_idle: usize) -> Self {
        Self { min_idle, ..self }
    }

    pub fn acquire_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    pub fn health_check(self, check: HealthCheck) -> Self {
        Self { check, ..self }
    }
}

pub struct Pool(ours::Pool);

pub struct PoolConnection(ours::PooledSession);

session::shared!(PoolConnection);

impl Pool {
    pub async fn new(config: Config, settings: PoolConfig) -> Result<Self> {
        let check = match settings.check {
            HealthCheck::None => Duration::MAX,
            HealthCheck::Ping => Duration::ZERO,
        };
        let settings = ours::PoolConfig::new(settings.size)
            .min_idle(settings.min_idle)
            .acquire_timeout(settings.timeout)
            .check_after(check);
        Ok(Self(ours::Pool::new(config.0, settings)))
    }

    pub async fn acquire(&self) -> Result<PoolConnection> {
        self.0.acquire().await.map(PoolConnection).map_err(failed)
    }

    pub async fn close(&self) {
        self.0.close().await;
    }
}

impl PoolConnection {
    pub fn backend_key(&self) -> Option<(i32, i32)> {
        Some((self.0.process_id(), 0))
    }

    pub async fn prepare_query<'a, A, B>(
        &'a self,
        query: &Query<A, B>,
    ) -> Result<PreparedQuery<'a, A, B>> {
        session::prepare(self.0.deref(), query).await
    }

    pub async fn transaction<T>(
        &self,
        body: impl AsyncFnOnce(Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        transaction::run(self.0.transaction().await.map_err(failed)?, body).await
    }
}
