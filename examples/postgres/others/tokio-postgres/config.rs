//! Connection strings, read by tokio-postgres, and several hosts.

use std::{str::FromStr, time::Duration};

use ours::StatementMode;
use theirs::config::{ChannelBinding, Host, TargetSessionAttrs};
use tokio::net::TcpStream;

use crate::{Client, Connection, Error, NoTls, Result, tls::NoTlsStream};

#[derive(Clone, Debug)]
pub struct Config(theirs::Config);

impl FromStr for Config {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        text.parse().map(Self).map_err(|error: theirs::Error| Error::text(error.to_string()))
    }
}

type Connected = (Client, Connection<TcpStream, NoTlsStream>);

impl Config {
    /// Connects to the peer of a socket, by another one.
    pub async fn connect_raw(&self, socket: TcpStream, _: NoTls) -> Result<Connected> {
        let peer = socket.peer_addr().map_err(|error| Error::text(error.to_string()))?;
        drop(socket);
        self.connect_to(&peer.ip().to_string(), peer.port()).await
    }

    /// Connects to the first host that answers.
    pub async fn connect(&self, _: NoTls) -> Result<Connected> {
        let (hosts, addresses) = (self.0.get_hosts(), self.0.get_hostaddrs());
        let ports = self.0.get_ports();
        let count = hosts.len().max(addresses.len());
        if !hosts.is_empty() && !addresses.is_empty() && hosts.len() != addresses.len() {
            return Err(Error::text("as many hosts as addresses are needed"));
        }
        if ports.len() > 1 && ports.len() != count {
            return Err(Error::text("as many ports as hosts are needed"));
        }
        let mut failed = Error::text("there is no host");
        for index in 0..count {
            let host = match (addresses.get(index), hosts.get(index)) {
                (Some(address), _) => address.to_string(),
                (None, Some(Host::Tcp(host))) => host.clone(),
                (None, Some(Host::Unix(path))) => path.display().to_string(),
                (None, None) => break,
            };
            let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
            match self.connect_to(&host, port).await {
                Ok(connected) => return Ok(connected),
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }

    async fn connect_to(&self, host: &str, port: u16) -> Result<Connected> {
        let user = self.0.get_user().unwrap_or("postgres");
        let mut config =
            ours::Config::new(host, port, user).connect_timeout(Duration::from_secs(30));
        if let Some(password) = self.0.get_password() {
            config = config.password(&String::from_utf8_lossy(password));
        }
        if let Some(database) = self.0.get_dbname() {
            config = config.database(database);
        }
        if let Some(name) = self.0.get_application_name() {
            config = config.application_name(name);
        }
        if let Some(options) = self.0.get_options() {
            config = config.options(options);
        }
        // tokio-postgres keeps no statements.
        config = config.statements(StatementMode::Named { cache: 0 });
        let session = config.connect().await?;
        if self.0.get_channel_binding() == ChannelBinding::Require && !session.is_channel_bound() {
            return Err(Error::text("the channel is not bound"));
        }
        let attributes = self.0.get_target_session_attrs();
        if attributes != TargetSessionAttrs::Any {
            let row = session.query_one("SHOW transaction_read_only", &[]).await?;
            let is_read_only = row.get::<&str>(0) == "on";
            if is_read_only != (attributes == TargetSessionAttrs::ReadOnly) {
                return Err(Error::text("the session has other attributes"));
            }
        }
        let connection = Connection::new(&session).await?;
        Ok((Client(session), connection))
    }
}

pub async fn connect(text: &str, tls: NoTls) -> Result<Connected> {
    text.parse::<Config>()?.connect(tls).await
}
