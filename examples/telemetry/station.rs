//! Starts all parts, and shuts them down in the direction of the data flow.
//!
//! The scope stops the gateway first, so that frames in flight are read, and then the aggregator; the archive
//! ends when its call to the aggregator fails. The recorder is not part of the scope, because its result is
//! needed: it is finished after the others have stopped.

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

/// Settings of a station.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Limits of the buffer.
    pub limits: Limits,
    /// The capacity of the aggregator's mailbox.
    pub mailbox: usize,
    /// Settings of the gateway.
    pub gateway: gateway::Settings,
    /// How fast frames are drained. `None` disables the archive.
    pub archive: Option<Pace>,
    /// The path of the capture to record. `None` disables recording.
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

/// A running station.
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

/// The final state of a station.
#[derive(Debug)]
pub struct Remains {
    /// The aggregator, or `None` if it did not return its state.
    pub aggregator: Option<Aggregator>,
    /// Totals of all sessions.
    pub books: Books,
    /// Counts of the drained frames.
    pub archive: Archive,
    /// The result of writing the capture.
    pub recorded: io::Result<()>,
}

impl Station {
    /// Starts all parts.
    ///
    /// # Errors
    ///
    /// Returns an error if the port cannot be bound or the capture cannot be created.
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

    /// Returns the address that uplinks connect to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the handle of the aggregator.
    pub fn aggregator(&self) -> &AggregatorHandle {
        &self.aggregator
    }

    /// Returns the handle of the gateway.
    pub fn gateway(&self) -> &GatewayHandle {
        &self.gateway
    }

    /// Returns the scope of the gateway and the aggregator.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Shuts all parts down and returns their final state.
    pub async fn stop(self) -> Remains {
        self.scope.shutdown().await;
        // All sessions have ended, so no frame is recorded after this.
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
    /// Combines the counts of all components.
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
