//! Links: the way of a process to others.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    process,
    sync::{Arc, Mutex, Weak},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actor_runtime::{Scope, spawn};
use bytes::Bytes;
use tokio::{sync::OnceCell, task::AbortHandle};

use crate::{
    by_hand::Serve,
    client::Client,
    codec::Codec,
    control::{self, Control},
    engine::{Engine, EngineError},
    handle::RemoteHandle,
    inbox::Inbox,
    life::{self, Followed},
    serve::{self, Service},
    teller::{Teller, TellerHandle},
    under_way::UnderWay,
};

/// How long a call waits for its answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The largest message in bytes.
const MAX_MESSAGE: usize = 1 << 20;

/// A connection to an engine, over which this process serves its actors and calls those of others.
///
/// Clones share the connection and each has its own settings. Crates such as `actor-nats` connect; a
/// [`Network`](crate::Network) links the parts of one process.
#[derive(Clone)]
pub struct Link {
    pub(crate) shared: Arc<Shared>,
    pub(crate) settings: Settings,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) codec: Codec,
    pub(crate) timeout: Duration,
    pub(crate) max_message: usize,
    pub(crate) shows_panics: bool,
}

/// What the clones of a link share.
pub(crate) struct Shared {
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) inbox: Inbox,
    /// What this process is called among those that the engine connects.
    pub(crate) process: u64,
    /// Reads what callers tell this process.
    pub(crate) listening: OnceCell<AbortOnDrop>,
    pub(crate) followed: Followed,
    pub(crate) under_way: Arc<UnderWay>,
    /// Alive while this process serves something.
    pub(crate) pulse: Mutex<Weak<life::Pulse>>,
    teller: TellerHandle,
}

impl Link {
    /// A link over an engine that puts replies into `inbox`.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime.
    #[must_use]
    pub fn new(engine: impl Engine, inbox: Inbox) -> Self {
        let engine: Arc<dyn Engine> = Arc::new(engine);
        let settings = Settings {
            codec: Codec::default(),
            timeout: TIMEOUT,
            max_message: MAX_MESSAGE.min(engine.max_message()),
            shows_panics: false,
        };
        let shared = Shared {
            teller: spawn(Teller::new(engine.clone())),
            engine,
            inbox,
            process: unique(),
            listening: OnceCell::new(),
            followed: Followed::default(),
            under_way: Arc::default(),
            pulse: Mutex::default(),
        };
        Self { shared: Arc::new(shared), settings }
    }

    /// Sets how long a call waits for its answer, unless it says so itself. The default is 5 seconds.
    ///
    /// It also limits how long a call of a client in another language is served that does not say how long it waits.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// Sets the codec of requests. The default is [`Codec::Cbor`].
    #[must_use]
    pub fn codec(mut self, codec: Codec) -> Self {
        self.settings.codec = codec;
        self
    }

    /// Sets how large messages may be, in bytes, at most what the engine allows. The default is 1 MiB.
    ///
    /// Larger ones are refused before they are sent, and before they are read.
    #[must_use]
    pub fn max_message(mut self, bytes: usize) -> Self {
        self.settings.max_message = bytes.min(self.shared.engine.max_message());
        self
    }

    /// Sets whether callers are told the text of a panic. The default is `false`, because it may hold what is
    /// not for others.
    #[must_use]
    pub fn show_panics(mut self, shows_panics: bool) -> Self {
        self.settings.shows_panics = shows_panics;
        self
    }

    /// Serves an actor under a name until `scope` is shut down or the actor ends.
    ///
    /// Requests that arrive by then are answered before the scope goes on with the actors that were started
    /// before. If several processes serve one name, each call goes to one of them.
    ///
    /// The service keeps the actor alive, as any handle does.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if `name` is not a [name][RemoteErrorKind::InvalidName], or the engine refuses it.
    ///
    /// [RemoteErrorKind::InvalidName]: crate::RemoteErrorKind::InvalidName
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime.
    pub async fn serve<H>(
        &self,
        name: &str,
        handle: &H,
        scope: &Scope,
    ) -> Result<Service, EngineError>
    where
        H: Serve,
    {
        serve::serve(self, name, handle, scope).await
    }

    /// Returns what the link is busy with now, together with its clones.
    #[must_use]
    pub fn stats(&self) -> LinkStats {
        let Shared { inbox, under_way, .. } = &*self.shared;
        LinkStats { waiting: inbox.len(), serving: under_way.len() }
    }

    /// Returns a handle to the actor that is served under `name`.
    ///
    /// It sends nothing. Whether somebody serves the name is known when a call is answered.
    #[must_use]
    pub fn find<R: RemoteHandle>(&self, name: &str) -> R {
        R::over(Client::new(self.clone(), name))
    }
}

/// What a link is busy with. See [`Link::stats`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkStats {
    /// Calls of this link, and open streams, that wait for replies.
    pub waiting: usize,
    /// Calls of others that are served, and their open streams.
    pub serving: usize,
}

impl Shared {
    /// Sends a control message some time soon.
    pub(crate) fn tell(&self, topic: String, message: Bytes) {
        // It is refused only while the runtime ends.
        let _ = self.teller.tell(topic, message).cast_now();
    }

    /// Tells the process that serves a call of this link.
    pub(crate) fn control(&self, name: &str, accepted_by: Option<u64>, number: u64, what: Control) {
        let topic = match accepted_by {
            Some(process) => control::topic_of_process(process),
            None => control::topic_of_name(name),
        };
        self.tell(topic, what.message(self.process, number));
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shared, settings } = self;
        let mut link = f.debug_struct("Link");
        link.field("engine", &shared.engine).field("inbox", &shared.inbox);
        link.field("process", &shared.process).field("settings", settings).finish_non_exhaustive()
    }
}

/// Whether every part of a name is one that all engines can carry.
pub(crate) fn is_name(name: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    name.split('.').all(|part| !part.is_empty() && part.chars().all(is_letter))
}

/// A number that no other process has: it is made of random keys, the time and the number of the process. JSON can
/// carry it, whose numbers have 53 bits in many languages.
fn unique() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    RandomState::new().hash_one((now, process::id())) >> 11
}

/// A task that ends when this is dropped.
#[derive(Debug)]
pub(crate) struct AbortOnDrop(pub(crate) AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
