//! TLS by rustls. The server's certificate is always verified.

use std::{fmt, io, sync::Arc};

use sha2::{Digest, Sha256, Sha384, Sha512};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
};
use tokio_rustls::{
    TlsConnector, client,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

use super::{Mode, Tls};
use crate::transport::Socket;

/// An encrypted connection.
pub(crate) type TlsStream = client::TlsStream<Box<dyn Stream>>;

/// What TLS runs on.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl Stream for TcpStream {}
impl Stream for UnixStream {}

#[derive(Clone)]
pub(crate) struct Settings {
    config: Arc<ClientConfig>,
    /// The name in the certificate, if it is not the host.
    name: Option<ServerName<'static>>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Tls {
    /// The connection is encrypted, or connecting fails.
    #[must_use]
    pub fn require(config: ClientConfig) -> Self {
        Self(Mode::Required(Settings { config: Arc::new(config), name: None }))
    }

    /// The connection is encrypted if the server can do that, and plain if it cannot.
    #[must_use]
    pub fn prefer(config: ClientConfig) -> Self {
        Self(Mode::Preferred(Settings { config: Arc::new(config), name: None }))
    }

    /// Trusts the certificates in a PEM file, and those that they sign.
    ///
    /// # Errors
    ///
    /// If `pem` has no certificate.
    pub fn require_pem(pem: &[u8]) -> io::Result<Self> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(io::Error::other)?;
            roots.add(certificate).map_err(io::Error::other)?;
        }
        if roots.is_empty() {
            return Err(io::Error::other("there is no certificate in the file"));
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self::require(config))
    }

    /// Expects this name in the server's certificate, instead of the host.
    ///
    /// # Errors
    ///
    /// If it is neither a name nor an address.
    pub fn server_name(mut self, name: &str) -> io::Result<Self> {
        let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
        if let Mode::Preferred(settings) | Mode::Required(settings) = &mut self.0 {
            settings.name = Some(name);
        }
        Ok(self)
    }
}

/// Begins TLS on a connection. Also returns what SCRAM binds to: the hash of the server's certificate.
pub(crate) async fn upgrade(
    socket: Socket,
    settings: &Settings,
    host: &str,
) -> io::Result<(TlsStream, Option<Vec<u8>>)> {
    let name = match &settings.name {
        Some(name) => name.clone(),
        None => ServerName::try_from(host.to_owned()).map_err(io::Error::other)?,
    };
    let socket: Box<dyn Stream> = match socket {
        Socket::Tcp(stream) => Box::new(stream),
        Socket::Unix(stream) => Box::new(stream),
    };
    let stream = TlsConnector::from(settings.config.clone()).connect(name, socket).await?;
    let certificate = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let binding = certificate.map(|certificate| end_point(certificate));
    Ok((stream, binding))
}

/// The hash of RFC 5929, `tls-server-end-point`: by the algorithm that signed the certificate, or by SHA-256 if
/// that is MD5 or SHA-1.
fn end_point(certificate: &[u8]) -> Vec<u8> {
    /// 1.2.840.113549.1.1, the arc of RSA with PKCS #1, and 1.2.840.10045.4.3, that of ECDSA with SHA-2.
    const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
    const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];
    // The first of these in a certificate is its signature algorithm: only the version and the serial number,
    // of at most 20 bytes, come before.
    let last = |arc: &[u8]| {
        let at = certificate.windows(arc.len()).take(64).position(|window| window == arc)?;
        certificate.get(at + arc.len()).copied()
    };
    match (last(RSA), last(ECDSA)) {
        (Some(12), _) | (None, Some(3)) => Sha384::digest(certificate).to_vec(),
        (Some(13), _) | (None, Some(4)) => Sha512::digest(certificate).to_vec(),
        _ => Sha256::digest(certificate).to_vec(),
    }
}
