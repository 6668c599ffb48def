//! How to connect.

mod url;

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

pub use self::url::InvalidUrl;
use crate::{error::Result, session::Session, transport::tls::Tls};

/// The settings of a connection.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use postgres_actor::Config;
///
/// let config = Config::new("127.0.0.1", 5432, "app")
///     .password("secret")
///     .database("shop")
///     .connect_timeout(Duration::from_secs(5));
/// assert_eq!(config.target(), "127.0.0.1:5432");
/// ```
#[derive(Clone)]
pub struct Config {
    pub(crate) host: Host,
    pub(crate) user: String,
    pub(crate) password: Option<String>,
    pub(crate) database: Option<String>,
    pub(crate) application_name: Option<String>,
    pub(crate) options: Option<String>,
    pub(crate) tls: Tls,
    pub(crate) limits: Limits,
    pub(crate) statements: StatementMode,
    pub(crate) keepalive: Option<Keepalive>,
}

/// Where the server listens.
#[derive(Clone, Debug)]
pub(crate) enum Host {
    Tcp(Arc<str>, u16),
    /// The file of a Unix domain socket.
    Unix(PathBuf),
}

/// The limits of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) connect: Duration,
    pub(crate) call: Option<Duration>,
    pub(crate) cancel_on_drop: bool,
    pub(crate) silence: Option<Duration>,
    pub(crate) stall: Option<Duration>,
    pub(crate) close: Duration,
}

/// When a dead peer is noticed. See [`Config::keepalive`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keepalive {
    pub(crate) idle: Duration,
    pub(crate) interval: Duration,
    pub(crate) retries: u32,
}

/// How statements that are given as text are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementMode {
    /// Prepared under a name the first time, and kept on the server while it is among the `cache` statements
    /// that were used last, or in use. This is the fastest, and the default with 256 statements. A constant that names
    /// something, such as `'users'::regclass`, goes on to mean what it meant when the statement was prepared. If a table has other columns by now, the
    /// statement is prepared again; in a transaction, a batch or a stream, it fails with `0A000` first.
    Named {
        /// How many statements are kept.
        cache: usize,
    },
    /// Never named, so that a proxy may give each transaction another server, as PgBouncer does. A statement is
    /// described the first time; its parameters' types are remembered for the `cache` statements that were used
    /// last.
    Unnamed {
        /// How many descriptions are kept.
        cache: usize,
    },
}

impl Config {
    /// Creates the settings for a server at a host and port, or, if `host` begins with a slash, at the Unix
    /// domain socket in that directory.
    #[must_use]
    pub fn new(host: &str, port: u16, user: &str) -> Self {
        let host = match host.strip_prefix('/') {
            Some(_) => Host::Unix(PathBuf::from(format!("{host}/.s.PGSQL.{port}"))),
            None => Host::Tcp(host.into(), port),
        };
        Self {
            host,
            user: user.to_owned(),
            password: None,
            database: None,
            application_name: None,
            options: None,
            tls: Tls::disabled(),
            limits: Limits {
                connect: Duration::from_secs(10),
                call: None,
                cancel_on_drop: false,
                silence: None,
                stall: None,
                close: Duration::from_secs(5),
            },
            statements: StatementMode::Named { cache: 256 },
            keepalive: Some(Keepalive {
                idle: Duration::from_secs(60),
                interval: Duration::from_secs(10),
                retries: 3,
            }),
        }
    }

    /// Sets the password.
    #[must_use]
    pub fn password(self, password: &str) -> Self {
        Self { password: Some(password.to_owned()), ..self }
    }

    /// Sets the database. Default: the one with the name of the user.
    #[must_use]
    pub fn database(self, database: &str) -> Self {
        Self { database: Some(database.to_owned()), ..self }
    }

    /// Sets the name that the server shows for this connection, in `pg_stat_activity` for instance.
    #[must_use]
    pub fn application_name(self, name: &str) -> Self {
        Self { application_name: Some(name.to_owned()), ..self }
    }

    /// Sets command-line options for the server's process, such as `-c statement_timeout=5s`.
    #[must_use]
    pub fn options(self, options: &str) -> Self {
        Self { options: Some(options.to_owned()), ..self }
    }

    /// Sets whether and how the connection is encrypted. Default: it is not.
    #[must_use]
    pub fn tls(self, tls: Tls) -> Self {
        Self { tls, ..self }
    }

    /// Limits the whole of connecting: name resolution, TLS and authentication included. Default: 10 s.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.limits.connect = limit;
        self
    }

    /// Limits each call. Default: no limit. See also [`Client::timeout`](crate::Client::timeout).
    #[must_use]
    pub fn call_timeout(mut self, limit: Duration) -> Self {
        self.limits.call = Some(limit);
        self
    }

    /// Cancels a statement on the server when its call is dropped or times out. Default: off. See
    /// [`Client::cancel_on_drop`](crate::Client::cancel_on_drop).
    #[must_use]
    pub fn cancel_on_drop(mut self, is_on: bool) -> Self {
        self.limits.cancel_on_drop = is_on;
        self
    }

    /// Ends the connection if the server owes an answer and sends nothing for this long. Default: no limit,
    /// since a statement may run for hours.
    #[must_use]
    pub fn silence_timeout(mut self, limit: Duration) -> Self {
        self.limits.silence = Some(limit);
        self
    }

    /// Limits how long a stream may keep its session waiting for room. Default: no limit.
    #[must_use]
    pub fn stall_timeout(mut self, limit: Duration) -> Self {
        self.limits.stall = Some(limit);
        self
    }

    /// Limits how long [`Session::close`](crate::Session::close) waits for statements under way. Default: 5 s.
    #[must_use]
    pub fn close_timeout(mut self, limit: Duration) -> Self {
        self.limits.close = limit;
        self
    }

    /// Sets how statements that are given as text are sent.
    #[must_use]
    pub fn statements(self, mode: StatementMode) -> Self {
        Self { statements: mode, ..self }
    }

    /// Sets when TCP notices that the peer has gone: after `idle` without traffic, it is probed `retries` times
    /// every `interval`. Sent data that is not acknowledged for the sum of these also ends the connection.
    /// Default: 60 s, 10 s, 3.
    #[must_use]
    pub fn keepalive(self, idle: Duration, interval: Duration, retries: u32) -> Self {
        Self { keepalive: Some(Keepalive { idle, interval, retries }), ..self }
    }

    /// Leaves it to the operating system when a peer that has gone is noticed.
    #[must_use]
    pub fn no_keepalive(self) -> Self {
        Self { keepalive: None, ..self }
    }

    /// Returns the address of the server.
    #[must_use]
    pub fn target(&self) -> String {
        match &self.host {
            Host::Tcp(host, port) => format!("{host}:{port}"),
            Host::Unix(path) => path.display().to_string(),
        }
    }

    /// Connects.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`](crate::Error::Connect), which says at which step connecting failed.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: if the future is dropped, the connection is closed.
    pub async fn connect(&self) -> Result<Session> {
        Session::connect(self).await
    }
}

impl fmt::Debug for Config {
    /// Leaves out the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("target", &self.target())
            .field("user", &self.user)
            .field("database", &self.database)
            .field("limits", &self.limits)
            .field("statements", &self.statements)
            .finish_non_exhaustive()
    }
}
