//! All parts together: starts them, and stops them in the order in which frames travel.
//!
//! The scope stops the gateway first, so that everything the uplinks had sent comes in; then the
//! aggregator, which ends with what it stores; the archive goes with it. The recorder is not in the
//! scope: it has to say whether all of it was written, so it is asked to finish when the rest is over.

use std::{io, net::SocketAddr, path::PathBuf};

use actor_runtime::{Builder, Capacity, Running, Scope, StartError};
use tokio::task::JoinHandle;

use super::{
    aggregator::{Aggregator, AggregatorHandle},
    archive::{Archive, Pace},
    buffer::Limits,
    frame::Priority,
    gateway::{self, Books, Gateway, GatewayHandle},
    ledger::Ledger,
    recorder::{Recorder, RecorderHandle},
    uplink::Sent,
};

/// How a station is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How much is stored.
    pub limits: Limits,
    /// How many messages the aggregator's mailbox holds.
    pub mailbox: usize,
    /// How uplinks are treated.
    pub gateway: gateway::Settings,
    /// How fast frames are taken out; `None` if somebody else does.
    pub archive: Option<Pace>,
    /// Where everything that comes in is recorded, if it is.
    pub record: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            mailbox: 128,
            gateway: gateway::Settings::default(),
            archive: Some(Pace::default()),
            record: None,
        }
    }
}

/// A station that runs.
#[derive(Debug)]
pub struct Station {
    scope: Scope,
    address: SocketAddr,
    aggregator: AggregatorHandle,
    aggregator_exit: Running<Aggregator>,
    gateway: GatewayHandle,
    gateway_exit: Running<Gateway>,
    recorder: Option<RecorderHandle>,
    archive: Option<JoinHandle<Archive>>,
}

/// What a station leaves behind.
#[derive(Debug)]
pub struct Remains {
    /// Its aggregator, unless that ended badly.
    pub aggregator: Option<Aggregator>,
    /// What came in.
    pub books: Books,
    /// What was taken out.
    pub archive: Archive,
    /// Whether the capture was written.
    pub recorded: io::Result<()>,
}

impl Station {
    /// Starts all parts.
    ///
    /// # Errors
    ///
    /// If there is no such port, or the capture cannot be written.
    pub async fn start(settings: Settings) -> io::Result<Self> {
        let recorder = match settings.record {
            Some(path) => Some(record(path).await?),
            None => None,
        };
        let (aggregator, aggregator_exit) = Builder::new()
            .mailbox(Capacity::bounded(settings.mailbox))
            .spawn_returning(Aggregator::new(settings.limits));
        let gateway = Gateway::bind(settings.gateway, aggregator.clone(), recorder.clone()).await?;
        let (gateway, gateway_exit) = Builder::new().spawn_returning(gateway);
        let scope = Scope::new();
        scope.add(&aggregator);
        scope.add(&gateway);
        let archive =
            settings.archive.map(|pace| tokio::spawn(Archive::fill(aggregator.clone(), pace)));
        let address = gateway.address().await.map_err(io::Error::other)?;
        Ok(Self {
            scope,
            address,
            aggregator,
            aggregator_exit,
            gateway,
            gateway_exit,
            recorder,
            archive,
        })
    }

    /// Where uplinks connect to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The actor that gathers the frames.
    #[must_use]
    pub fn aggregator(&self) -> &AggregatorHandle {
        &self.aggregator
    }

    /// The actor that has the sessions.
    #[must_use]
    pub fn gateway(&self) -> &GatewayHandle {
        &self.gateway
    }

    /// What stops all of it.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Stops what still runs, and gives what is left.
    pub async fn stop(self) -> Remains {
        self.scope.shutdown().await;
        // Nobody records any more, so what is in the recorder's mailbox is the rest.
        let recorded = match self.recorder {
            Some(recorder) => recorder.finish().await.map_err(io::Error::other).flatten(),
            None => Ok(()),
        };
        let gateway = self.gateway_exit.await.actor;
        let archive = match self.archive {
            Some(archive) => archive.await.unwrap_or_default(),
            None => Archive::default(),
        };
        Remains {
            aggregator: self.aggregator_exit.await.actor,
            books: gateway.map(Gateway::into_books).unwrap_or_default(),
            archive,
            recorded,
        }
    }
}

async fn record(path: PathBuf) -> io::Result<RecorderHandle> {
    let recorder = Builder::new().name("recorder").start_thread(move || Recorder::create(&path));
    recorder.await.map_err(|error| match error {
        StartError::Failed(error) | StartError::NoThread(error) => error,
        other => io::Error::other(other.to_string()),
    })
}

impl Remains {
    /// Brings together what all parties counted.
    #[must_use]
    pub fn ledger(&self, sent: &[Sent]) -> Ledger {
        let mut ledger = Ledger::default();
        for sent in sent {
            *ledger.line(sent.satellite).sent.get_or_insert_default() += sent.frames;
        }
        for (&satellite, arrivals) in &self.books.arrivals {
            let line = ledger.line(satellite);
            line.received = arrivals.received;
            line.emergencies = arrivals.emergencies;
            line.dropped_mailbox = arrivals.dropped;
        }
        let accounts = self.aggregator.iter().flat_map(|aggregator| aggregator.buffer().accounts());
        for (satellite, account) in accounts {
            let drained = |priority| self.archive.count(satellite, priority);
            let emergencies = drained(Priority::Emergency);
            let line = ledger.line(satellite);
            line.dropped_oldest = account.dropped_oldest;
            line.drained = emergencies + drained(Priority::Routine);
            line.emergencies_kept = emergencies + account.stored_emergencies;
            line.drained_here = account.drained;
            line.stored = account.stored;
            line.misordered = account.misordered;
        }
        ledger
    }
}
