//! Encryption: whether, and with which certificates.

#[cfg(feature = "tls")]
mod rustls;

#[cfg(feature = "tls")]
pub(crate) use self::rustls::{TlsStream, upgrade};

/// Whether and how a connection is encrypted.
#[derive(Clone, Debug)]
pub struct Tls(pub(crate) Mode);

#[derive(Clone, Debug)]
pub(crate) enum Mode {
    Disabled,
    /// Encrypted if the server can, plain if it cannot.
    #[cfg(feature = "tls")]
    Preferred(self::rustls::Settings),
    #[cfg(feature = "tls")]
    Required(self::rustls::Settings),
}

impl Tls {
    /// The connection is not encrypted.
    #[must_use]
    pub fn disabled() -> Self {
        Self(Mode::Disabled)
    }
}
