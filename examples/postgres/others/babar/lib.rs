//! The interface of babar, as far as its tests use it, on top of `postgres-actor`. `others.sh` puts it in the place of
//! babar, whose codecs and errors it keeps.

mod pool;
pub mod query;
mod raw;
mod session;
mod transaction;

pub use self::{
    pool::{HealthCheck, Pool, PoolConfig, PoolConnection},
    query::CopyIn,
    session::{PreparedCommand, PreparedQuery, RowStream, Session},
    transaction::{Savepoint, Transaction},
};
pub use theirs::{__private, Codec, Error, Result, codec, types};

pub type PooledTransaction<'a> = Transaction<'a>;
pub type PooledSavepoint<'a> = Savepoint<'a>;

#[derive(Clone)]
pub struct Config(ours::Config);

impl Config {
    pub fn new(host: &str, port: u16, user: &str, database: &str) -> Self {
        // Just the statement that was used last is kept, so that a dropped one is closed soon.
        let mode = ours::StatementMode::Named { cache: 1 };
        Self(ours::Config::new(host, port, user).database(database).statements(mode))
    }

    pub fn password(self, password: &str) -> Self {
        Self(self.0.password(password))
    }

    pub fn application_name(self, name: &str) -> Self {
        Self(self.0.application_name(name))
    }
}

fn failed(error: ours::Error) -> Error {
    match error.server() {
        Some(server) if !error.is_closed() => Error::Server {
            code: server.code().to_owned(),
            severity: server.severity().to_owned(),
            message: server.message().to_owned(),
            detail: None,
            hint: None,
            position: None,
            sql: None,
            origin: None,
        },
        _ if error.is_closed() => Error::Closed { sql: None, origin: None },
        _ => Error::Config(error.to_string()),
    }
}
