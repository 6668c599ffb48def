//! The server: accepts uplinks, runs their sessions, and ends them in order.
//!
//! It greets an uplink with the header of a stream; an uplink that was not greeted sends nothing, so
//! none of its frames can be lost in a connection that nobody reads.
//!
//! It ends in two steps. First it closes its half of every socket: an uplink that sees that sends
//! no more and closes its own, and all it had sent is still read. What is left after
//! [`Settings::grace`] is cut.

use std::{
    collections::BTreeMap,
    error::Error,
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use actor_runtime::{Context, Reply, SendError, WeakHandle, actor};
use metrics::{counter, gauge};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};

use super::{
    aggregator::AggregatorHandle,
    frame::SatelliteId,
    recorder::RecorderHandle,
    session::{self, Arrivals, Phase, Report, SessionError, Surroundings},
};

/// How long the listener rests when the system gives it no socket.
const REST: Duration = Duration::from_millis(50);

/// How the gateway treats its uplinks.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The port on the loopback address; zero lets the system choose one.
    pub port: u16,
    /// How many sessions there may be at once. More uplinks wait to be accepted.
    pub sessions: usize,
    /// How long an uplink may be silent.
    pub idle: Duration,
    /// How long the uplinks have to end.
    pub grace: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { port: 0, sessions: 64, idle: Duration::from_secs(30), grace: Duration::from_secs(2) }
    }
}

/// What the gateway is doing at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Sessions that run.
    pub open: usize,
    /// Sessions that ended as they should.
    pub ended: usize,
    /// Sessions that ended otherwise.
    pub failed: usize,
}

/// There are as many sessions as there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy(usize);

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} sessions run already", self.0)
    }
}

impl Error for Busy {}

/// Accepts uplinks and runs their sessions.
#[derive(Debug)]
pub struct Gateway {
    settings: Settings,
    address: SocketAddr,
    /// Until the actor starts, and accepts.
    listener: Option<TcpListener>,
    accepting: Option<JoinHandle<()>>,
    /// One for each session that may run.
    slots: Arc<Semaphore>,
    surroundings: Surroundings,
    phase: watch::Sender<Phase>,
    /// Each gives its report, unless the gateway has it already.
    sessions: JoinSet<Option<Report>>,
    traffic: Traffic,
    /// Who waits until no session runs.
    waiting: Vec<Reply<()>>,
    books: Books,
}

/// What came in, over all sessions.
#[derive(Debug, Default)]
pub struct Books {
    /// The frames of each satellite.
    pub arrivals: BTreeMap<SatelliteId, Arrivals>,
    /// How many sessions failed.
    pub failed: u64,
    /// Why, with their names: the first hundred.
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
    /// Takes a port, and accepts nobody yet.
    ///
    /// # Errors
    ///
    /// If there is no such port.
    pub async fn bind(
        settings: Settings,
        aggregator: AggregatorHandle,
        recorder: Option<RecorderHandle>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port)).await?;
        let (phase, watched) = watch::channel(Phase::Open);
        let slots = Arc::new(Semaphore::new(settings.sessions));
        let idle = settings.idle;
        Ok(Self {
            settings,
            address: listener.local_addr()?,
            listener: Some(listener),
            accepting: None,
            slots,
            surroundings: Surroundings { aggregator, recorder, idle, phase: watched },
            phase,
            sessions: JoinSet::new(),
            traffic: Traffic::default(),
            waiting: Vec::new(),
            books: Books::default(),
        })
    }

    /// Where uplinks connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the gateway is doing.
    pub fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// Feeds a recorded capture to the aggregator, as an uplink that can wait.
    ///
    /// # Errors
    ///
    /// If there are as many sessions as there may be.
    pub fn replay(&mut self, path: PathBuf, context: &Context<Self>) -> Result<(), Busy> {
        let slot = self.slots.clone().try_acquire_owned();
        let slot = slot.map_err(|_| Busy(self.settings.sessions))?;
        self.begin(session::replay(path, self.surroundings.clone()), slot, context);
        Ok(())
    }

    /// Answers when no session runs.
    pub fn quiet(&mut self, reply: Reply<()>) {
        // Each waits for an answer, so there are no more of them than callers.
        self.waiting.push(reply);
        self.answer_if_quiet();
    }

    /// Runs the session of an uplink that was accepted.
    pub(crate) fn welcome(&mut self, uplink: Accepted, context: &Context<Self>) {
        let Accepted { stream, peer, slot } = uplink;
        self.begin(session::uplink(stream, peer, self.surroundings.clone()), slot, context);
    }

    /// Enters what an ended session reports.
    pub(crate) fn ended(&mut self, report: Report) {
        self.enter(report);
        // What else is over is only taken out.
        while self.sessions.try_join_next().is_some() {}
        self.answer_if_quiet();
    }

    #[on_start]
    fn accept(&mut self, context: &Context<Self>) {
        if let Some(listener) = self.listener.take() {
            let gateway = context.handle().clone();
            let accepting = accept(listener, gateway, self.slots.clone());
            self.accepting = Some(tokio::spawn(accepting));
        }
    }

    #[on_stop]
    async fn end_sessions(&mut self) {
        if let Some(accepting) = self.accepting.take() {
            accepting.abort();
        }
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

    fn begin(
        &mut self,
        session: impl Future<Output = Report> + Send + 'static,
        slot: OwnedSemaphorePermit,
        context: &Context<Self>,
    ) {
        self.traffic.open += 1;
        gauge!("telemetry_sessions").set(self.traffic.open as f64);
        self.sessions.spawn(attend(session, slot, context.handle().clone()));
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
    /// What came in, over all sessions that have ended.
    #[must_use]
    pub fn into_books(self) -> Books {
        self.books
    }
}

/// An uplink that was accepted, and its place among the sessions.
#[derive(Debug)]
pub struct Accepted {
    stream: TcpStream,
    peer: SocketAddr,
    slot: OwnedSemaphorePermit,
}

/// Accepts uplinks as long as there is a gateway, and no more than there are slots.
async fn accept(listener: TcpListener, gateway: WeakHandle<GatewayHandle>, slots: Arc<Semaphore>) {
    while let Ok(slot) = slots.clone().acquire_owned().await {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!("no uplink was accepted: {error}");
                sleep(REST).await;
                continue;
            }
        };
        let Some(gateway) = gateway.upgrade() else {
            return;
        };
        if gateway.welcome(Accepted { stream, peer, slot }).cast().await.is_err() {
            return;
        }
    }
}

/// Runs a session, and sends the gateway its report. A gateway that stops takes no more mail; then
/// the message comes back, and the report goes to who joins the task.
async fn attend(
    session: impl Future<Output = Report> + Send + 'static,
    slot: OwnedSemaphorePermit,
    gateway: WeakHandle<GatewayHandle>,
) -> Option<Report> {
    // A task of its own, so that a session that panics is reported like any other.
    let mut task = JoinSet::new();
    task.spawn(session);
    let report = match task.join_next().await? {
        Ok(report) => report,
        Err(error) => Report::failed("a session", SessionError::Panicked(error.to_string())),
    };
    drop(slot);
    let Some(gateway) = gateway.upgrade() else {
        return Some(report);
    };
    match gateway.ended(report).cast().await.map_err(SendError::into_inner) {
        Err(GatewayMessage::Ended { report, .. }) => Some(report),
        _ => None,
    }
}
