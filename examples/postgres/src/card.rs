//! What a driver shows without being asked: a message would wait behind a full window and behind a lease.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Mutex, OnceLock, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
};

use postgres_types::{Oid, Type};
use tokio::time::Instant;

use crate::{config::Config, error::Closed, handshake::Ready};

/// Facts about a connection. Written by its driver, read by all its clients.
#[derive(Debug)]
pub(crate) struct Card {
    pub(crate) config: Config,
    pub(crate) process_id: i32,
    pub(crate) secret: i32,
    pub(crate) since: Instant,
    pub(crate) is_bound: bool,
    parameters: RwLock<BTreeMap<String, String>>,
    /// The byte of the last `ReadyForQuery`.
    status: AtomicU8,
    /// The number of requests that were sent, or are about to be, and are not answered.
    pub(crate) pending: AtomicUsize,
    /// Whether a request may be on its way whose caller has gone.
    is_unsettled: AtomicBool,
    pub(crate) counters: Counters,
    /// Set when the connection has ended by itself.
    pub(crate) end: OnceLock<Closed>,
    types: Mutex<HashMap<Oid, Type>>,
    next_id: AtomicU64,
}

/// Counts since the start of the connection.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) requests: AtomicU64,
    pub(crate) prepared: AtomicU64,
    pub(crate) writes: AtomicU64,
    pub(crate) reads: AtomicU64,
    pub(crate) cancels: AtomicU64,
    pub(crate) uncancelled: AtomicU64,
}

/// Counts of a connection, since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Requests, each of which ends with one `ReadyForQuery` of the server.
    pub requests: u64,
    /// Statements that the server was asked to prepare or describe.
    pub prepared: u64,
    /// Writes to the socket.
    pub writes: u64,
    /// Reads from the socket.
    pub reads: u64,
    /// Cancel requests that were sent.
    pub cancels: u64,
    /// Abandoned statements that were not cancelled, because others had been sent behind them.
    pub uncancelled: u64,
}

/// Whether a transaction is open, as the server said last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// No transaction is open.
    Idle,
    /// A transaction is open.
    InTransaction,
    /// A transaction is open and has failed: it can only be rolled back.
    Failed,
}

impl Card {
    pub(crate) fn new(config: Config, ready: &mut Ready) -> Self {
        let parameters = std::mem::take(&mut ready.parameters);
        Self {
            config,
            process_id: ready.process_id,
            secret: ready.secret,
            is_bound: ready.is_bound,
            since: Instant::now(),
            parameters: RwLock::new(parameters),
            status: AtomicU8::new(b'I'),
            pending: AtomicUsize::new(0),
            is_unsettled: AtomicBool::new(false),
            counters: Counters::default(),
            end: OnceLock::new(),
            types: Mutex::default(),
            next_id: AtomicU64::new(0),
        }
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        self.parameters.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    pub(crate) fn set_parameter(&self, name: &str, value: &str) {
        let mut parameters = self.parameters.write().unwrap_or_else(PoisonError::into_inner);
        parameters.insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn status(&self) -> Status {
        match self.status.load(Relaxed) {
            b'T' => Status::InTransaction,
            b'E' => Status::Failed,
            _ => Status::Idle,
        }
    }

    pub(crate) fn set_status(&self, status: u8) {
        self.status.store(status, Relaxed);
    }

    /// A call begins. Unless it [ends](Call::end), its request may still be on its way when it is dropped.
    pub(crate) fn call(&self) -> Call<'_> {
        Call(self)
    }

    /// Notes whether a request may be on its way whose caller has gone.
    pub(crate) fn set_unsettled(&self, is_unsettled: bool) {
        self.is_unsettled.store(is_unsettled, Relaxed);
    }

    /// Whether a request may be on its way whose caller has gone. Once it is sent, it is also [pending](Self::pending).
    pub(crate) fn is_unsettled(&self) -> bool {
        self.is_unsettled.load(Relaxed)
    }

    pub(crate) fn known_type(&self, oid: Oid) -> Option<Type> {
        let known = || self.types.lock().unwrap_or_else(PoisonError::into_inner).get(&oid).cloned();
        Type::from_oid(oid).or_else(known)
    }

    pub(crate) fn learn_type(&self, ty: &Type) {
        self.types.lock().unwrap_or_else(PoisonError::into_inner).insert(ty.oid(), ty.clone());
    }

    pub(crate) fn new_id(&self) -> u64 {
        self.next_id.fetch_add(1, Relaxed)
    }

    pub(crate) fn counts(&self) -> Counts {
        let Counters { requests, prepared, writes, reads, cancels, uncancelled } = &self.counters;
        Counts {
            requests: requests.load(Relaxed),
            prepared: prepared.load(Relaxed),
            writes: writes.load(Relaxed),
            reads: reads.load(Relaxed),
            cancels: cancels.load(Relaxed),
            uncancelled: uncancelled.load(Relaxed),
        }
    }
}

/// See [`Card::call`].
pub(crate) struct Call<'a>(&'a Card);

impl Call<'_> {
    pub(crate) fn end(self) {
        std::mem::forget(self);
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.0.set_unsettled(true);
    }
}

/// Adds one to a counter that only the driver writes.
pub(crate) fn count(counter: &AtomicU64) {
    counter.store(counter.load(Relaxed) + 1, Relaxed);
}
