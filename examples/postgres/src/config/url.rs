//! `postgres://user:password@host:port/database?application_name=..`

use std::{error, fmt, str::FromStr};

use crate::config::Config;

/// A connection URL that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidUrl(&'static str);

impl fmt::Display for InvalidUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid connection URL: {}", self.0)
    }
}

impl error::Error for InvalidUrl {}

impl FromStr for Config {
    type Err = InvalidUrl;

    /// Parses `postgres://user:password@host:port/database`. A directory with a Unix domain socket is given as
    /// `?host=/directory`. The other parameter is `application_name`.
    fn from_str(url: &str) -> Result<Self, InvalidUrl> {
        let rest =
            ["postgres://", "postgresql://"].iter().find_map(|scheme| url.strip_prefix(scheme));
        let rest = rest.ok_or(InvalidUrl("it does not begin with postgres://"))?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, address) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        let (host, port) = match address.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().map_err(|_| InvalidUrl("the port is not a number"))?)
            }
            _ => (address, 5432),
        };
        let mut host = decode(host.trim_start_matches('[').trim_end_matches(']'))?;
        let mut name = None;
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match key {
                "host" => host = decode(value)?,
                "application_name" => name = Some(decode(value)?),
                _ => return Err(InvalidUrl("its parameters may be `host` and `application_name`")),
            }
        }
        let host = if host.is_empty() { "127.0.0.1".to_owned() } else { host };
        let user = if user.is_empty() { "postgres".to_owned() } else { decode(user)? };
        let mut config = Self::new(&host, port, &user);
        if !password.is_empty() {
            config = config.password(&decode(password)?);
        }
        if !database.is_empty() {
            config = config.database(&decode(database)?);
        }
        Ok(Self { application_name: name, ..config })
    }
}

/// Decodes `%20`.
fn decode(text: &str) -> Result<String, InvalidUrl> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let byte = part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.ok_or(InvalidUrl("a percent sign is not followed by two digits"))?);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).map_err(|_| InvalidUrl("it is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_with_all_parts() {
        let config: Config =
            "postgres://a%20b:p%40ss@[::1]:5433/shop?application_name=x%2Fy".parse().unwrap();
        assert_eq!(config.target(), "::1:5433");
        assert_eq!(config.user, "a b");
        assert_eq!(config.password.as_deref(), Some("p@ss"));
        assert_eq!(config.database.as_deref(), Some("shop"));
        assert_eq!(config.application_name.as_deref(), Some("x/y"));
    }

    #[test]
    fn a_directory_with_a_socket() {
        let config: Config = "postgresql://me@/db?host=/run/postgresql".parse().unwrap();
        assert_eq!(config.target(), "/run/postgresql/.s.PGSQL.5432");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (url, text) in [
            ("mysql://x", "does not begin"),
            ("postgres://h:x/", "the port"),
            ("postgres://h/?ssl=1", "may be"),
            ("postgres://%2/", "two digits"),
        ] {
            let error = url.parse::<Config>().unwrap_err().to_string();
            assert!(error.contains(text), "{url}: {error}");
        }
    }
}
