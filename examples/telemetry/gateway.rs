//! The server actor: accepts uplinks, runs their sessions and shuts them down.
//!
//! The gateway sends each uplink a stream header, and uplinks send nothing before they receive it. So no
//! frames are lost in a connection without a session.
//!
//! Shutdown has two steps. The gateway first closes its half of every socket; an uplink then stops sending and
//! closes its half, and the frames it has sent are still read. Sessions that remain after
//! [`Settings::grace`] are cut.

use std::{
    collections::BTreeMap,
    error::Error,
    fmt,
    future::pending,
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use actor_runtime::{
    ActorHandle, Context, ExitReason, Reply, SendError, WeakHandle, actor, cancel_safe,
};
use metrics::{counter, gauge};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{Instant, sleep_until, timeout},
};

use super::{
    aggregator::AggregatorHandle,
    frame::SatelliteId,
    recorder::RecorderHandle,
    session::{self, Arrivals, Phase, Report, SessionError, Surroundings},
};

/// The delay before accepting again after an error.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(50);

/// Settings of the gateway.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The port on the loopback address. 0 lets the system choose one.
    pub port: u16,
    /// The maximum number of concurrent sessions. Further uplinks wait to be accepted.
    pub sessions: usize,
    /// The time after which a silent session is ended.
    pub idle: Duration,
    /// The time after which a silent session may be ended if another uplink waits for its place.
    pub idle_crowded: Duration,
    /// The time that uplinks have to end at shutdown.
    pub grace: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            port: 0,
            sessions: 64,
            idle: Duration::from_secs(30),
            idle_crowded: Duration::from_millis(500),
            grace: Duration::from_secs(2),
        }
    }
}

/// Statistics of the gateway at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Sessions that are running.
    pub open: usize,
    /// Sessions that ended without an error.
    pub ended: usize,
    /// Sessions that ended with an error.
    pub failed: usize,
}

/// The error of a replay when the limit on sessions is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy(usize);

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "limit of {} sessions reached", self.0)
    }
}

impl Error for Busy {}

/// Accepts uplinks and runs their sessions.
#[derive(Debug)]
pub struct Gateway {
    settings: Settings,
    address: SocketAddr,
    /// `None` once the gateway stops, so that further uplinks are refused at once.
    listener: Option<TcpListener>,
    /// When accepting resumes after an error.
    paused_until: Option<Instant>,
    /// An uplink that waits for a place. Meanwhile one silent session is asked to leave, and no other uplink is accepted.
    next: Option<(TcpStream, SocketAddr)>,
    surroundings: Surroundings,
    phase: watch::Sender<Phase>,
    /// Each task returns its report, unless it has sent the report to the gateway.
    sessions: JoinSet<Option<Report>>,
    traffic: Traffic,
    /// Replies to [`Gateway::quiet`], sent when no session is running.
    waiting: Vec<Reply<()>>,
    books: Books,
}

/// Totals of all ended sessions.
#[derive(Debug, Default)]
pub struct Books {
    /// Counts of received frames per satellite.
    pub arrivals: BTreeMap<SatelliteId, Arrivals>,
    /// The number of sessions that failed.
    pub failed: u64,
    /// The first 100 failures, each with the name of its session.
    pub failures: Vec<(String, SessionError)>,
}

impl Books {
    const FAILURES: usize = 100;

    fn enter(&mut self, report: Report) {
        for (satellite, arrivals) in report.arrivals {
            let total = self.arrivals.entry(satellite).or_default();
            total.received += arrivals.received;
            total.emergencies += arrivals.emergencies;
            total.dropped += arrivals.dropped;
        }
        if let Err(error) = report.outcome {
            self.failed += 1;
            if self.failures.len() < Self::FAILURES {
                self.failures.push((report.name, error));
            }
        }
    }
}

#[actor(mailbox = 16)]
impl Gateway {
    /// Binds the port. Connections are accepted once the actor has started.
    ///
    /// # Errors
    ///
    /// Returns an error if the port cannot be bound.
    pub async fn bind(
        settings: Settings,
        aggregator: AggregatorHandle,
        recorder: Option<RecorderHandle>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port)).await?;
        let (phase, watched) = watch::channel(Phase::Open);
        let Settings { idle, idle_crowded, .. } = settings;
        let leave = Arc::new(Semaphore::new(0));
        Ok(Self {
            settings,
            address: listener.local_addr()?,
            listener: Some(listener),
            paused_until: None,
            next: None,
            surroundings: Surroundings {
                aggregator,
                recorder,
                idle,
                idle_crowded,
                leave,
                phase: watched,
            },
            phase,
            sessions: JoinSet::new(),
            traffic: Traffic::default(),
            waiting: Vec::new(),
            books: Books::default(),
        })
    }

    /// Returns the address that uplinks connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the current statistics.
    pub fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// Starts a session that sends a capture file to the aggregator.
    ///
    /// # Errors
    ///
    /// Returns [`Busy`] if the limit on sessions is reached.
    pub fn replay(&mut self, path: PathBuf, context: &Context<Self>) -> Result<(), Busy> {
        if self.is_full() {
            return Err(Busy(self.settings.sessions));
        }
        self.begin(session::replay(path, self.surroundings.clone()), context);
        Ok(())
    }

    /// Replies when no session is running.
    pub fn quiet(&mut self, reply: Reply<()>) {
        // Bounded by the number of callers.
        self.waiting.push(reply);
        self.answer_if_quiet();
    }

    /// Starts the session of an uplink, or lets it wait for a place.
    #[on(self.uplink(), if self.next.is_none() && self.paused_until.is_none())]
    fn accept(&mut self, accepted: io::Result<(TcpStream, SocketAddr)>, context: &Context<Self>) {
        match accepted {
            Ok(uplink) if self.is_full() => {
                self.next = Some(uplink);
                self.surroundings.leave.add_permits(1);
            }
            Ok(uplink) => self.welcome(uplink, context),
            Err(error) => {
                tracing::warn!("cannot accept an uplink: {error}");
                self.paused_until = Some(Instant::now() + ACCEPT_RETRY_DELAY);
            }
        }
    }

    #[on(sleep_until(self.paused_until.unwrap_or_else(Instant::now)), if self.paused_until.is_some())]
    fn resume(&mut self, (): ()) {
        self.paused_until = None;
    }

    /// Ends the gateway: without an aggregator, every uplink would be refused.
    #[on(self.surroundings.aggregator.exited())]
    fn aggregator_ended(&mut self, _: ExitReason, context: &Context<Self>) {
        context.stop();
    }

    /// Adds the report of an ended session, whose place is given to the uplink that waits.
    pub(crate) fn ended(&mut self, report: Report, context: &Context<Self>) {
        self.enter(report);
        if let Some(uplink) = self.next.take() {
            // If a session has ended by itself, no other needs to leave.
            self.surroundings.leave.forget_permits(1);
            self.welcome(uplink, context);
        }
        // Removes finished tasks, whose reports were sent as messages.
        while self.sessions.try_join_next().is_some() {}
        self.answer_if_quiet();
    }

    #[on_stop]
    async fn end_sessions(&mut self) {
        self.listener = None;
        self.next = None;
        self.phase.send_replace(Phase::Closing);
        if timeout(self.settings.grace, self.join_all()).await.is_err() {
            self.phase.send_replace(Phase::Cut);
            self.join_all().await;
        }
        self.answer_if_quiet();
    }

    async fn join_all(&mut self) {
        while let Some(ended) = self.sessions.join_next().await {
            if let Ok(Some(report)) = ended {
                self.enter(report);
            }
        }
    }

    #[cancel_safe]
    async fn uplink(&self) -> io::Result<(TcpStream, SocketAddr)> {
        match &self.listener {
            Some(listener) => listener.accept().await,
            None => pending().await,
        }
    }

    fn is_full(&self) -> bool {
        self.traffic.open >= self.settings.sessions
    }

    fn welcome(&mut self, (stream, peer): (TcpStream, SocketAddr), context: &Context<Self>) {
        self.begin(session::uplink(stream, peer, self.surroundings.clone()), context);
    }

    fn begin(
        &mut self,
        session: impl Future<Output = Report> + Send + 'static,
        context: &Context<Self>,
    ) {
        self.traffic.open += 1;
        gauge!("telemetry_sessions").set(self.traffic.open as f64);
        self.sessions.spawn(attend(session, context.handle().clone()));
    }

    fn enter(&mut self, report: Report) {
        self.traffic.open -= 1;
        gauge!("telemetry_sessions").set(self.traffic.open as f64);
        match &report.outcome {
            Ok(()) => self.traffic.ended += 1,
            Err(error) => {
                self.traffic.failed += 1;
                counter!("telemetry_sessions_failed_total").increment(1);
                tracing::warn!("{}: {error}", report.name);
            }
        }
        self.books.enter(report);
    }

    fn answer_if_quiet(&mut self) {
        if self.traffic.open == 0 {
            self.waiting.drain(..).for_each(|reply| reply.send(()));
        }
    }
}

impl Gateway {
    /// Returns the totals of all ended sessions.
    #[must_use]
    pub fn into_books(self) -> Books {
        self.books
    }
}

/// Runs a session and sends its report to the gateway. If the gateway is stopping, the rejected message is
/// returned and the report becomes the output of the task.
async fn attend(
    session: impl Future<Output = Report> + Send + 'static,
    gateway: WeakHandle<GatewayHandle>,
) -> Option<Report> {
    // A separate task, so that a panic of the session is reported as a failure.
    let mut task = JoinSet::new();
    task.spawn(session);
    let report = match task.join_next().await? {
        Ok(report) => report,
        Err(error) => Report::failed("a session", SessionError::Panicked(error.to_string())),
    };
    let Some(gateway) = gateway.upgrade() else {
        return Some(report);
    };
    match gateway.ended(report).cast().await.map_err(SendError::into_inner) {
        Err(GatewayMessage::Ended { report, .. }) => Some(report),
        _ => None,
    }
}
