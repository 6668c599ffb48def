//! From a socket to a session that is ready: encryption, the start-up message, authentication.

use std::{collections::BTreeMap, io};

use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use postgres_protocol::{
    authentication::{
        md5_hash,
        sasl::{ChannelBinding, SCRAM_SHA_256, SCRAM_SHA_256_PLUS, ScramSha256},
    },
    message::{
        backend::{AuthenticationSaslBody, Message},
        frontend,
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use crate::{
    config::Config,
    error::{Cause, Error, Notice, Result, ServerError},
    transport::{ReadHalf, Socket, WriteHalf, tls},
};

/// A connection that is ready for statements.
pub(crate) struct Ready {
    pub(crate) read: ReadHalf,
    pub(crate) write: WriteHalf,
    /// Bytes that were read and not yet parsed.
    pub(crate) inbox: BytesMut,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) process_id: i32,
    pub(crate) secret: i32,
    /// Whether the password was bound to the TLS channel.
    pub(crate) is_bound: bool,
    /// What the server remarked meanwhile.
    pub(crate) notices: Vec<Notice>,
}

/// The halves of a socket, and what SCRAM binds to.
struct Opened {
    read: ReadHalf,
    write: WriteHalf,
    binding: Option<Vec<u8>>,
}

/// What was being done when connecting failed, and why it failed.
type Failure = (&'static str, Cause);

fn failed<E: std::error::Error + Send + Sync + 'static>(
    step: &'static str,
) -> impl Fn(E) -> Failure {
    move |error| (step, Error::cause(error))
}

/// Connects and authenticates, within the limit.
pub(crate) async fn connect(config: &Config) -> Result<Ready> {
    let limit = config.limits.connect;
    let connected = match timeout(limit, begin(config)).await {
        Ok(connected) => connected,
        Err(_) => {
            let text = format!("not done after {limit:?}");
            Err(("connecting", Error::cause(io::Error::new(io::ErrorKind::TimedOut, text))))
        }
    };
    connected.map_err(|(step, cause)| Error::Connect { target: config.target(), step, cause })
}

/// Asks the server to cancel what a connection runs, and waits until it has seen that.
pub(crate) async fn cancel(config: &Config, process_id: i32, secret: i32) -> Result<()> {
    let asked = async {
        let mut opened = open(config).await.map_err(|(_, cause)| io::Error::other(cause))?;
        let mut request = BytesMut::new();
        frontend::cancel_request(process_id, secret, &mut request);
        opened.write.write_all(&request).await?;
        opened.write.flush().await?;
        // The server closes the connection once it has sent the signal. It answers nothing.
        let _ = opened.read.read(&mut [0; 16]).await;
        io::Result::Ok(())
    };
    let done =
        timeout(config.limits.connect, asked).await.unwrap_or_else(|error| Err(error.into()));
    let step = "asking for a cancellation";
    done.map_err(|error| Error::Connect {
        target: config.target(),
        step,
        cause: Error::cause(error),
    })
}

async fn open(config: &Config) -> Result<Opened, Failure> {
    let socket = Socket::connect(config).await.map_err(failed("opening the socket"))?;
    #[cfg(feature = "tls")]
    let socket = match encrypt(socket, config).await? {
        Encrypted::Yes(opened) => return Ok(opened),
        Encrypted::No(socket) => socket,
    };
    #[cfg(not(feature = "tls"))]
    let tls::Mode::Disabled = config.tls.0;
    let (read, write) = socket.into_split();
    Ok(Opened { read, write, binding: None })
}

#[cfg(feature = "tls")]
enum Encrypted {
    Yes(Opened),
    No(Socket),
}

#[cfg(feature = "tls")]
async fn encrypt(mut socket: Socket, config: &Config) -> Result<Encrypted, Failure> {
    let (settings, is_required) = match &config.tls.0 {
        tls::Mode::Disabled => return Ok(Encrypted::No(socket)),
        tls::Mode::Preferred(settings) => (settings, false),
        tls::Mode::Required(settings) => (settings, true),
    };
    let step = "negotiating TLS";
    let mut request = BytesMut::new();
    frontend::ssl_request(&mut request);
    // Exactly one byte, and nothing may follow it before the handshake: an attacker could have put it there.
    let mut answer = [0; 2];
    let read = match &mut socket {
        Socket::Tcp(stream) => {
            stream.write_all(&request).await.map_err(failed(step))?;
            stream.read(&mut answer).await.map_err(failed(step))?
        }
        Socket::Unix(stream) => {
            stream.write_all(&request).await.map_err(failed(step))?;
            stream.read(&mut answer).await.map_err(failed(step))?
        }
    };
    match (&answer[..read], is_required) {
        (b"S", _) => {}
        (b"N", false) => return Ok(Encrypted::No(socket)),
        (b"N", true) => {
            return Err((step, Error::cause(io::Error::other("the server does not offer TLS"))));
        }
        ([], _) => return Err((step, Error::cause(io::Error::from(io::ErrorKind::UnexpectedEof)))),
        _ => {
            return Err((
                step,
                Error::cause(io::Error::other("the server did not answer with one byte")),
            ));
        }
    }
    let host = match &config.host {
        crate::config::Host::Tcp(host, _) => &**host,
        crate::config::Host::Unix(_) => "localhost",
    };
    let (stream, binding) =
        tls::upgrade(socket, settings, host).await.map_err(failed("starting TLS"))?;
    let (read, write) = tokio::io::split(stream);
    Ok(Encrypted::Yes(Opened { read: ReadHalf::Tls(read), write: WriteHalf::Tls(write), binding }))
}

async fn begin(config: &Config) -> Result<Ready, Failure> {
    let opened = open(config).await?;
    let mut wire = Wire { opened, inbox: BytesMut::with_capacity(8 * 1024) };
    let mut message = BytesMut::new();
    frontend::startup_message(start_up(config), &mut message).map_err(failed("starting up"))?;
    wire.send(&message).await?;
    let is_bound = authenticate(&mut wire, config).await?;
    let (mut ready, mut notices) = ((BTreeMap::new(), 0, 0), Vec::new());
    loop {
        match wire.receive("starting up").await? {
            Message::ParameterStatus(body) => {
                let name = body.name().map_err(failed("starting up"))?;
                let value = body.value().map_err(failed("starting up"))?;
                ready.0.insert(name.to_owned(), value.to_owned());
            }
            Message::BackendKeyData(body) => {
                (ready.1, ready.2) = (body.process_id(), body.secret_key());
            }
            Message::ReadyForQuery(_) => break,
            Message::NoticeResponse(body) => notices.push(Notice::parse(body.fields())),
            _ => return Err(unexpected("starting up")),
        }
    }
    let Wire { opened: Opened { read, write, .. }, inbox } = wire;
    let (parameters, process_id, secret) = ready;
    Ok(Ready { read, write, inbox, parameters, process_id, secret, is_bound, notices })
}

fn start_up(config: &Config) -> impl Iterator<Item = (&str, &str)> {
    let optional = [
        ("database", &config.database),
        ("application_name", &config.application_name),
        ("options", &config.options),
    ];
    let optional = optional.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
    [("client_encoding", "UTF8"), ("user", &*config.user)].into_iter().chain(optional)
}

fn unexpected(step: &'static str) -> Failure {
    (
        step,
        Error::cause(io::Error::new(
            io::ErrorKind::InvalidData,
            "an unexpected message of the server",
        )),
    )
}

const AUTHENTICATING: &str = "authenticating";

/// Returns whether the password was bound to the TLS channel.
async fn authenticate(wire: &mut Wire, config: &Config) -> Result<bool, Failure> {
    let password = || {
        let missing = || {
            (
                AUTHENTICATING,
                Error::cause(io::Error::other("the server wants a password, and none is set")),
            )
        };
        config.password.as_deref().ok_or_else(missing)
    };
    let mut is_bound = false;
    match wire.receive(AUTHENTICATING).await? {
        Message::AuthenticationOk => return Ok(false),
        Message::AuthenticationCleartextPassword => {
            wire.send_password(password()?.as_bytes()).await?;
        }
        Message::AuthenticationMd5Password(body) => {
            let hash = md5_hash(config.user.as_bytes(), password()?.as_bytes(), body.salt());
            wire.send_password(hash.as_bytes()).await?;
        }
        Message::AuthenticationSasl(body) => {
            is_bound = scram(wire, &body, password()?.as_bytes()).await?;
        }
        _ => {
            let error =
                io::Error::other("the server wants a kind of authentication that is not supported");
            return Err((AUTHENTICATING, Error::cause(error)));
        }
    }
    match wire.receive(AUTHENTICATING).await? {
        Message::AuthenticationOk => Ok(is_bound),
        _ => Err(unexpected(AUTHENTICATING)),
    }
}

/// SCRAM-SHA-256, bound to the TLS channel if there is one and the server can.
async fn scram(
    wire: &mut Wire,
    body: &AuthenticationSaslBody,
    password: &[u8],
) -> Result<bool, Failure> {
    let fails = failed::<io::Error>(AUTHENTICATING);
    let offered: Vec<String> =
        body.mechanisms().map(|name| Ok(name.to_owned())).collect().map_err(&fails)?;
    let has = |name: &str| offered.iter().any(|offered| offered == name);
    let (mechanism, binding) = match wire.opened.binding.take() {
        Some(hash) if has(SCRAM_SHA_256_PLUS) => {
            (SCRAM_SHA_256_PLUS, ChannelBinding::tls_server_end_point(hash))
        }
        Some(_) if has(SCRAM_SHA_256) => (SCRAM_SHA_256, ChannelBinding::unrequested()),
        None if has(SCRAM_SHA_256) => (SCRAM_SHA_256, ChannelBinding::unsupported()),
        _ => return Err(fails(io::Error::other("the server offers no SCRAM-SHA-256"))),
    };
    let mut scram = ScramSha256::new(password, binding);
    let mut message = BytesMut::new();
    frontend::sasl_initial_response(mechanism, scram.message(), &mut message).map_err(&fails)?;
    wire.send(&message).await?;
    let Message::AuthenticationSaslContinue(body) = wire.receive(AUTHENTICATING).await? else {
        return Err(unexpected(AUTHENTICATING));
    };
    scram.update(body.data()).map_err(&fails)?;
    message.clear();
    frontend::sasl_response(scram.message(), &mut message).map_err(&fails)?;
    wire.send(&message).await?;
    let Message::AuthenticationSaslFinal(body) = wire.receive(AUTHENTICATING).await? else {
        return Err(unexpected(AUTHENTICATING));
    };
    scram.finish(body.data()).map_err(&fails)?;
    Ok(mechanism == SCRAM_SHA_256_PLUS)
}

/// A connection that is not yet a session: one message at a time.
struct Wire {
    opened: Opened,
    inbox: BytesMut,
}

impl Wire {
    async fn send(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let sent = async {
            self.opened.write.write_all(bytes).await?;
            self.opened.write.flush().await
        };
        sent.await.map_err(failed("sending"))
    }

    async fn send_password(&mut self, password: &[u8]) -> Result<(), Failure> {
        let mut message = BytesMut::new();
        frontend::password_message(password, &mut message).map_err(failed(AUTHENTICATING))?;
        self.send(&message).await
    }

    /// The next message. An error of the server is an error.
    async fn receive(&mut self, step: &'static str) -> Result<Message, Failure> {
        loop {
            match Message::parse(&mut self.inbox).map_err(failed(step))? {
                Some(Message::ErrorResponse(body)) => {
                    return Err((step, Error::cause(ServerError::parse(body.fields()))));
                }
                Some(message) => return Ok(message),
                None => {}
            }
            let read = self.opened.read.read_buf(&mut self.inbox).await.map_err(failed(step))?;
            if read == 0 {
                return Err((step, Error::cause(io::Error::from(io::ErrorKind::UnexpectedEof))));
            }
        }
    }
}
