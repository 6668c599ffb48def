//! Why a look-up has no result.

use std::{error, fmt, io, net::SocketAddr, sync::Arc, time::Duration};

use actor_runtime::CallError;
use hickory_proto::op::ResponseCode;

use crate::{answer::Answer, question::Question};

/// Why a look-up has no result. All callers whose equal questions were merged get the same error.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum LookupError {
    /// The text is not a name. Nothing was asked.
    InvalidName {
        /// What is wrong with it.
        reason: Arc<str>,
    },
    /// The name has no such records, says a server. Returned where records are needed, as by
    /// [`lookup_ip`](crate::Resolver::lookup_ip).
    NotFound(Arc<Answer>),
    /// No server gave an answer. Asking again later may help.
    Failed(Arc<Failed>),
    /// The resolver has stopped, or its future was dropped. The question may have been asked.
    Stopped(CallError),
}

/// A question without an answer, and what each server did.
#[derive(Debug)]
pub struct Failed {
    /// What was asked.
    pub question: Question,
    /// How long the servers were asked.
    pub after: Duration,
    /// Each time that a server was asked, in this order. It is empty if there are no servers.
    pub attempts: Vec<Attempt>,
}

/// One time that a server was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The server.
    pub server: SocketAddr,
    /// Why there was no answer.
    pub failure: Failure,
}

/// Why a server gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// Nothing came within the time.
    NoAnswer,
    /// The server answered with this code, such as SERVFAIL or REFUSED.
    Code(ResponseCode),
    /// Nothing could be sent, or the system reported that nothing listens there.
    Unreachable(io::ErrorKind),
    /// The answer was truncated over TCP, too.
    Truncated,
    /// The server closed the TCP connection before it answered.
    Disconnected,
    /// The server is not one of the resolver's any more, or its actor has failed.
    Removed,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswer => f.write_str("no answer"),
            Self::Code(code) => write!(f, "answered with `{}`", code.to_str()),
            Self::Unreachable(kind) => write!(f, "{kind}"),
            Self::Truncated => f.write_str("answered in part"),
            Self::Disconnected => f.write_str("closed the connection"),
            Self::Removed => f.write_str("is not asked any more"),
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { question, after, attempts } = self;
        if attempts.is_empty() {
            return write!(f, "`{question}` was not asked: there are no servers");
        }
        write!(f, "no server answered `{question}` within {after:.1?}")?;
        for (index, Attempt { server, failure }) in attempts.iter().enumerate() {
            write!(f, "{} {server}: {failure}", if index == 0 { ":" } else { "," })?;
        }
        Ok(())
    }
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidName { reason } => write!(f, "invalid name: {reason}"),
            Self::NotFound(answer) => {
                let Question { name, kind, .. } = answer.question();
                match answer.code() {
                    ResponseCode::NXDomain => write!(f, "`{name}` does not exist"),
                    _ => write!(f, "`{name}` has no records of type {kind}"),
                }
            }
            Self::Failed(failed) => failed.fmt(f),
            Self::Stopped(_) => f.write_str("the resolver has stopped"),
        }
    }
}

impl error::Error for LookupError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Stopped(error) => Some(error),
            _ => None,
        }
    }
}

impl From<CallError> for LookupError {
    fn from(error: CallError) -> Self {
        Self::Stopped(error)
    }
}
