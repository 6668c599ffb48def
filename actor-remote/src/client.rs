//! The way to one served actor.

use std::{fmt, sync::Arc};

use crate::{
    by_hand::{Arguments, Method},
    call::RemoteCall,
    link::{Link, is_name},
    stream::RemoteStream,
};

/// The way to the actor that is served under a name. The remote handle that `#[actor(remote)]` writes has one.
///
/// Clones go to the same name.
#[derive(Clone)]
pub struct Client {
    pub(crate) link: Link,
    pub(crate) name: Arc<str>,
    /// Whether `name` is one.
    pub(crate) has_name: bool,
}

impl Client {
    pub(crate) fn new(link: Link, name: &str) -> Self {
        Self { link, name: name.into(), has_name: is_name(name) }
    }

    /// The name that the actor is served under.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Makes a call, which is sent when it is awaited or cast.
    pub fn call<A, R>(&self, method: &'static Method<A, R>, arguments: A) -> RemoteCall<R>
    where
        A: Arguments,
        R: Send + 'static,
    {
        RemoteCall::new(self.clone(), method, &arguments)
    }

    /// Makes a call that is answered with a stream of values.
    pub fn stream<A, R>(&self, method: &'static Method<A, R>, arguments: A) -> RemoteStream<R>
    where
        A: Arguments,
        R: Send + 'static,
    {
        RemoteStream::new(RemoteCall::new(self.clone(), method, &arguments))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("name", &self.name).finish_non_exhaustive()
    }
}
