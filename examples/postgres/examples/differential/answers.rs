//! What each of the two says to a statement, as text that can be compared.

use std::{error::Error, fmt::Write, pin::pin};

use futures_util::SinkExt;
use postgres_actor::{Config, FromSql, Session, Type};
use tokio_postgres::{NoTls, SimpleQueryMessage};

/// One of the two.
pub(crate) trait Peer {
    async fn simple(&mut self, sql: &str) -> String;
    async fn extended(&mut self, sql: &str) -> String;
    async fn copy(&mut self, sql: &str, data: &str) -> String;
    fn is_lost(&self) -> bool;
}

/// The bytes of a value of any type.
struct Raw(Vec<u8>);

impl FromSql<'_> for Raw {
    fn from_sql(_: &Type, raw: &[u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw.to_vec()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// Bytes of types that a statement has made contain numbers that differ from server to server.
fn cell(ty: &Type, raw: Option<Raw>) -> String {
    match raw {
        None => "null".to_owned(),
        Some(Raw(bytes)) if Type::from_oid(ty.oid()).is_some() => format!("{bytes:02x?}"),
        Some(Raw(bytes)) => format!("{} bytes", bytes.len()),
    }
}

pub(crate) struct Ours(Session);

impl Ours {
    pub(crate) async fn connect(config: &Config) -> postgres_actor::Result<Self> {
        config.connect().await.map(Self)
    }
}

fn of_ours(outcome: postgres_actor::Result<String>) -> String {
    outcome.unwrap_or_else(|error| format!("error {}", error.code().unwrap_or("of the client")))
}

impl Peer for Ours {
    async fn simple(&mut self, sql: &str) -> String {
        of_ours(self.0.simple_query(sql).await.map(|results| {
            let mut text = String::new();
            for result in results {
                for row in result.rows() {
                    let cells = (0..row.len()).map(|cell| row.get(cell));
                    let _ = write!(text, "{:?}{:?};", result.columns(), cells.collect::<Vec<_>>());
                }
                if !result.tag().is_empty() {
                    let _ = write!(text, "done {};", result.affected());
                }
            }
            text
        }))
    }

    async fn extended(&mut self, sql: &str) -> String {
        of_ours(self.0.query(sql, &[]).await.map(|rows| {
            let mut text = String::new();
            for row in &rows {
                for (index, column) in row.columns().iter().enumerate() {
                    let value = row.try_get::<Option<Raw>>(index).expect("any type");
                    let _ = write!(text, "{} {}", column.name(), cell(column.ty(), value));
                }
            }
            text
        }))
    }

    async fn copy(&mut self, sql: &str, data: &str) -> String {
        let copied = async {
            let mut copy = self.0.copy_in(sql).await?;
            copy.send(data.as_bytes()).await?;
            copy.finish().await
        };
        of_ours(copied.await.map(|rows| format!("copied {rows}")))
    }

    fn is_lost(&self) -> bool {
        self.0.is_closed()
    }
}

pub(crate) struct Theirs(tokio_postgres::Client);

impl Theirs {
    pub(crate) async fn connect(url: &str) -> Result<Self, tokio_postgres::Error> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        Ok(Self(client))
    }
}

fn of_theirs(outcome: Result<String, tokio_postgres::Error>) -> String {
    outcome.unwrap_or_else(|error| {
        format!("error {}", error.code().map_or("of the client", |code| code.code()))
    })
}

impl Peer for Theirs {
    async fn simple(&mut self, sql: &str) -> String {
        of_theirs(self.0.simple_query(sql).await.map(|messages| {
            let mut text = String::new();
            for message in messages {
                match message {
                    SimpleQueryMessage::Row(row) => {
                        let names: Vec<_> =
                            row.columns().iter().map(|column| column.name()).collect();
                        let cells = (0..row.len()).map(|cell| row.get(cell));
                        let _ = write!(text, "{names:?}{:?};", cells.collect::<Vec<_>>());
                    }
                    SimpleQueryMessage::CommandComplete(rows) => {
                        let _ = write!(text, "done {rows};");
                    }
                    _ => {}
                }
            }
            text
        }))
    }

    async fn extended(&mut self, sql: &str) -> String {
        of_theirs(self.0.query(sql, &[]).await.map(|rows| {
            let mut text = String::new();
            for row in &rows {
                for (index, column) in row.columns().iter().enumerate() {
                    let value = row.try_get::<_, Option<Raw>>(index).expect("any type");
                    let _ = write!(text, "{} {}", column.name(), cell(column.type_(), value));
                }
            }
            text
        }))
    }

    async fn copy(&mut self, sql: &str, data: &str) -> String {
        let copied = async {
            let mut sink = pin!(self.0.copy_in(sql).await?);
            sink.send(bytes::Bytes::copy_from_slice(data.as_bytes())).await?;
            sink.finish().await
        };
        of_theirs(copied.await.map(|rows| format!("copied {rows}")))
    }

    fn is_lost(&self) -> bool {
        self.0.is_closed()
    }
}
