//! What each of the two says to a statement, as text that can be compared.

use std::{error::Error, fmt::Write, pin::pin, time::Duration};

use futures_util::SinkExt;
use postgres_actor::{Config, FromSql, Session, Type};
use tokio_postgres::{NoTls, SimpleQueryMessage};

/// Types whose values are numbers of objects or transactions, or contain some.
const NUMBERS: [Type; 11] = [
    Type::ANYARRAY,
    Type::OID,
    Type::REGCLASS,
    Type::REGTYPE,
    Type::REGPROC,
    Type::REGPROCEDURE,
    Type::REGNAMESPACE,
    Type::REGROLE,
    Type::XID,
    Type::XID8,
    Type::OID_ARRAY,
];

/// One of the two.
pub(crate) trait Peer {
    async fn simple(&mut self, sql: &str) -> String;
    async fn extended(&mut self, sql: &str) -> String;
    async fn copy(&mut self, sql: &str, data: &str) -> String;
    fn is_lost(&self) -> bool;

    /// Waits until the server has ended the connections before this one, so that it reuses their temporary schemas.
    async fn alone(mut self) -> Self
    where
        Self: Sized,
    {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'";
        for _ in 0..2000 {
            if self.simple(sql).await.contains("\"1\"") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self
    }
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

/// Whether the rows of a statement are compared. Otherwise their number is.
fn returns_rows(sql: &str) -> bool {
    let sql = sql.to_ascii_lowercase();
    let word = sql.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    match word {
        "insert" | "update" | "delete" | "merge" => sql.contains("returning"),
        "create" | "drop" | "alter" | "set" | "reset" | "begin" | "commit" | "rollback" => false,
        _ => true,
    }
}

/// Numbers of objects differ from server to server. Bytes of types that a statement has made contain some.
fn cell(ty: &Type, raw: Option<Raw>) -> String {
    match raw {
        None => "null".to_owned(),
        Some(_) if NUMBERS.contains(ty) => "a number".to_owned(),
        Some(Raw(bytes)) if *ty == Type::INT8 => bytes
            .try_into()
            .map_or("malformed".to_owned(), |bytes| i64::from_be_bytes(bytes).to_string()),
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
                    let _ = writeln!(text, "{:?}{:?}", result.columns(), cells.collect::<Vec<_>>());
                }
                if !result.tag().is_empty() {
                    let _ = writeln!(text, "done {}", result.affected());
                }
            }
            text
        }))
    }

    async fn extended(&mut self, sql: &str) -> String {
        if !returns_rows(sql) {
            return of_ours(self.0.execute(sql, &[]).await.map(|rows| format!("done {rows}")));
        }
        of_ours(self.0.query(sql, &[]).await.map(|rows| {
            let mut text = String::new();
            for row in &rows {
                for (index, column) in row.columns().iter().enumerate() {
                    let value = row.try_get::<Option<Raw>>(index).expect("any type");
                    let _ = write!(text, "{} {} ", column.name(), cell(column.ty(), value));
                }
                text.push('\n');
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
                        let _ = writeln!(text, "{names:?}{:?}", cells.collect::<Vec<_>>());
                    }
                    SimpleQueryMessage::CommandComplete(rows) => {
                        let _ = writeln!(text, "done {rows}");
                    }
                    _ => {}
                }
            }
            text
        }))
    }

    async fn extended(&mut self, sql: &str) -> String {
        if !returns_rows(sql) {
            return of_theirs(self.0.execute(sql, &[]).await.map(|rows| format!("done {rows}")));
        }
        of_theirs(self.0.query(sql, &[]).await.map(|rows| {
            let mut text = String::new();
            for row in &rows {
                for (index, column) in row.columns().iter().enumerate() {
                    let value = row.try_get::<_, Option<Raw>>(index).expect("any type");
                    let _ = write!(text, "{} {} ", column.name(), cell(column.type_(), value));
                }
                text.push('\n');
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
