//! [`Resolver`] and [`ResolverBackground`]: the handle, and the future that does the work.

use std::{
    fmt,
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    thread,
};

use actor_runtime::{ActorHandle, ExitReason, pair};
use hickory_proto::rr::{IntoName, Name, RecordType};
use tokio::{runtime::Handle, time::Instant};

use crate::{
    config::Config,
    core::{Addresses, Core, CoreHandle, Outcome, Stats},
    error::LookupError,
    known::{Hit, Known},
    question::Question,
    server::ServerStats,
};

/// A handle to a resolver. Clones share the servers, their statistics and the cache.
///
/// Look-ups can be made from any executor, and from threads without one with the functions whose names end in
/// `_blocking`. They are made by the [`ResolverBackground`].
///
/// The resolver ends when all handles are dropped, or after [`shutdown`](Self::shutdown).
#[derive(Clone, Debug)]
pub struct Resolver {
    core: CoreHandle,
    known: Arc<Known>,
}

impl Resolver {
    /// Creates a resolver and the future that does its work. Nothing is looked up before that is polled.
    pub fn pair(config: Config) -> (Self, ResolverBackground) {
        let config = config.bounded();
        let known = Arc::new(Known::new(&config));
        let (core, run) = pair(Core::new(config, known.clone()));
        let run = Box::pin(async move { run.await.reason });
        (Self { core, known }, ResolverBackground { run, runtime: None })
    }

    /// Creates a resolver that does its work in a task of the current tokio runtime.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime.
    #[must_use]
    pub fn spawn(config: Config) -> Self {
        let (resolver, background) = Self::pair(config);
        tokio::spawn(background);
        resolver
    }

    /// Creates a resolver that does its work on a thread of its own, for programs without tokio.
    ///
    /// # Errors
    ///
    /// Those of the system: the thread or its I/O cannot be set up.
    pub fn spawn_thread(config: Config) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (resolver, background) = Self::pair(config);
        let run = move || {
            // The actors of the servers end by themselves, in the time of one answer.
            let _ = runtime.block_on(background);
        };
        thread::Builder::new().name("resolver".into()).spawn(run)?;
        Ok(resolver)
    }

    /// Looks up the records of a name, in the search list if it is relative (does not end in a dot).
    ///
    /// A name that does not exist, or has no such records, is an answer too: see
    /// [`Answer::exists`](crate::Answer::exists). If the search list has several names, that of the first one
    /// with records is returned.
    ///
    /// # Errors
    ///
    /// [`LookupError::InvalidName`], [`LookupError::Failed`] with what each server did, or
    /// [`LookupError::Stopped`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the look-up. If no other caller waits for the same answer, no further server is
    /// asked.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), dns_actor::LookupError> {
    /// use dns_actor::{Config, RecordType, Resolver};
    ///
    /// let resolver = Resolver::spawn(Config::new(["192.0.2.1:53".parse().unwrap()]));
    /// let answer = resolver.lookup("example.org.", RecordType::MX).await?;
    /// for data in answer.data() {
    ///     println!("{data}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn lookup(
        &self,
        name: impl IntoName,
        kind: RecordType,
    ) -> impl Future<Output = Outcome> + Send {
        let name = parse(name);
        async move {
            let name = name?;
            if name.is_fqdn() {
                return self.ask(Question::new(name, kind)).await;
            }
            self.core.search(name, kind).await?
        }
    }

    /// Looks up the IPv6 and IPv4 addresses of a name, both at once. When one kind is known, the other is waited
    /// for during 50 ms at most. The text of an address stands for itself.
    ///
    /// # Errors
    ///
    /// As [`lookup`](Self::lookup), and [`LookupError::NotFound`] if there are no addresses.
    ///
    /// # Cancel safety
    ///
    /// As [`lookup`](Self::lookup).
    pub fn lookup_ip(
        &self,
        name: impl IntoName,
    ) -> impl Future<Output = Result<Addresses, LookupError>> + Send {
        let (address, name) = (name.to_ip(), parse(name));
        async move {
            match address {
                Some(address) => Ok(literal(address)),
                None => self.core.search_ip(name?).await?,
            }
        }
    }

    /// As [`lookup`](Self::lookup), on a thread without a runtime.
    ///
    /// # Errors
    ///
    /// As [`lookup`](Self::lookup).
    ///
    /// # Panics
    ///
    /// Panics on a thread that drives a tokio runtime, which it would block.
    pub fn lookup_blocking(&self, name: impl IntoName, kind: RecordType) -> Outcome {
        let name = parse(name)?;
        if name.is_fqdn() {
            let question = Question::new(name, kind);
            return match self.cached(&question) {
                Some(outcome) => outcome,
                None => self.core.ask(question).flatten().blocking(),
            };
        }
        self.core.search(name, kind).flatten().blocking()
    }

    /// As [`lookup_ip`](Self::lookup_ip), on a thread without a runtime.
    ///
    /// # Errors
    ///
    /// As [`lookup_ip`](Self::lookup_ip).
    ///
    /// # Panics
    ///
    /// Panics on a thread that drives a tokio runtime, which it would block.
    pub fn lookup_ip_blocking(&self, name: impl IntoName) -> Result<Addresses, LookupError> {
        match name.to_ip() {
            Some(address) => Ok(literal(address)),
            None => self.core.search_ip(parse(name)?).flatten().blocking(),
        }
    }

    /// Answers a question as it is, without the search list.
    ///
    /// # Errors
    ///
    /// [`LookupError::Failed`] or [`LookupError::Stopped`].
    ///
    /// # Cancel safety
    ///
    /// As [`lookup`](Self::lookup).
    pub async fn ask(&self, question: Question) -> Outcome {
        match self.cached(&question) {
            Some(outcome) => outcome,
            None => self.core.ask(question).await?,
        }
    }

    /// Returns the statistics of each server.
    ///
    /// # Errors
    ///
    /// [`LookupError::Stopped`].
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: it changes nothing.
    pub async fn servers(&self) -> Result<Vec<ServerStats>, LookupError> {
        Ok(self.core.servers().await?)
    }

    /// Replaces the servers. Those that stay keep their statistics, and questions under way go on.
    ///
    /// # Errors
    ///
    /// [`LookupError::Stopped`].
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the servers are replaced or not.
    pub async fn set_servers(
        &self,
        servers: impl IntoIterator<Item = SocketAddr>,
    ) -> Result<(), LookupError> {
        Ok(self.core.set_servers(servers.into_iter().collect()).await?)
    }

    /// Forgets the answers for a name and all names below it, or all answers. Returns their number.
    ///
    /// # Errors
    ///
    /// [`LookupError::Stopped`].
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, they are forgotten or not.
    pub async fn flush(&self, name: Option<Name>) -> Result<usize, LookupError> {
        Ok(self.core.flush(name).await?)
    }

    /// Returns the statistics.
    ///
    /// # Errors
    ///
    /// [`LookupError::Stopped`].
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: it changes nothing.
    pub async fn stats(&self) -> Result<Stats, LookupError> {
        let stats = self.core.stats().await?;
        Ok(Stats { cancelled: ActorHandle::stats(&self.core).counts.skipped, ..stats })
    }

    /// Refuses new look-ups, waits until those under way have their results, and returns how the resolver
    /// ended.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the resolver ends all the same.
    pub async fn shutdown(&self) -> ExitReason {
        self.core.shutdown().await
    }

    /// Returns what is known, without a message to the actor, unless the answer is about to expire.
    pub(crate) fn cached(&self, question: &Question) -> Option<Outcome> {
        if self.core.is_closed() {
            return None;
        }
        let Hit { outcome, is_due } = self.known.find(question, Instant::now())?;
        if is_due {
            // If the mailbox is full, the name is looked up when it has expired.
            let _ = self.core.prefetch(question.clone()).try_cast();
        }
        Some(outcome)
    }

    pub(crate) fn core(&self) -> &CoreHandle {
        &self.core
    }
}

/// The future that does the work of a [`Resolver`]. It completes when all handles are dropped or after a
/// shutdown, when look-ups under way have their results.
///
/// If it is dropped, look-ups fail with [`LookupError::Stopped`].
#[must_use = "nothing is looked up unless it is polled"]
pub struct ResolverBackground {
    run: Pin<Box<dyn Future<Output = ExitReason> + Send>>,
    runtime: Option<Handle>,
}

impl ResolverBackground {
    /// Uses the sockets and timers of this tokio runtime, so that any executor can poll the future. The
    /// runtime must have worker threads, or be in `block_on`.
    pub fn on(self, runtime: Handle) -> Self {
        Self { runtime: Some(runtime), ..self }
    }
}

impl Future for ResolverBackground {
    type Output = ExitReason;

    /// # Panics
    ///
    /// Panics outside of a tokio runtime, unless it was given one with [`on`](ResolverBackground::on).
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<ExitReason> {
        let runtime = self.runtime.clone();
        let _guard = runtime.as_ref().map(Handle::enter);
        assert!(
            Handle::try_current().is_ok(),
            "a resolver needs the sockets of a tokio runtime: see `ResolverBackground::on`"
        );
        self.run.as_mut().poll(cx)
    }
}

impl fmt::Debug for ResolverBackground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResolverBackground").finish_non_exhaustive()
    }
}

fn parse(name: impl IntoName) -> Result<Name, LookupError> {
    name.into_name().map_err(|error| LookupError::InvalidName { reason: error.to_string().into() })
}

fn literal(address: IpAddr) -> Addresses {
    Addresses { name: address.into(), addresses: vec![address] }
}
