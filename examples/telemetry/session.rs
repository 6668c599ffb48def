//! One connection: reads frames, and forwards or drops them.
//!
//! A routine frame that finds the mailbox full is dropped and counted. An emergency frame waits
//! for room in the mailbox, and while it does every routine frame is refused; then its uplink
//! waits until the frame is stored. A capture can wait as well, so all its frames do.
//!
//! Whatever ends a session, it ends with a [`Report`] in which every frame it read is either
//! forwarded or dropped.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    error::Error,
    fmt,
    net::SocketAddr,
    path::PathBuf,
    time::Duration,
};

use actor_runtime::{CallError, TrySendError};
use metrics::{Counter, counter};
use tokio::{
    fs::File,
    io::{AsyncRead, AsyncWriteExt},
    net::{TcpStream, tcp::OwnedWriteHalf},
    sync::watch,
    time::timeout,
};

use super::{
    aggregator::{AggregatorHandle, Claim},
    buffer::Refusal,
    frame::{Frame, FrameReader, HEADER, Priority, ReadError, SatelliteId},
    recorder::RecorderHandle,
};

/// For how many satellites one session may speak.
const MAX_SATELLITES: usize = 64;

/// How far the gateway's end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Frames come in.
    Open,
    /// The uplinks are asked to end.
    Closing,
    /// They had time enough.
    Cut,
}

/// Where the frames of a session come from.
#[derive(Debug)]
pub enum Origin {
    /// A satellite, which cannot wait. The other half of its socket tells it to end.
    Uplink(Option<OwnedWriteHalf>),
    /// A recorded capture, which can.
    Capture,
}

/// What a session needs besides its stream.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Where the frames go.
    pub aggregator: AggregatorHandle,
    /// Where they are recorded first, if they are.
    pub recorder: Option<RecorderHandle>,
    /// How long an uplink may be silent.
    pub idle: Duration,
    /// When to end.
    pub phase: watch::Receiver<Phase>,
}

/// What one session did.
#[derive(Debug)]
pub struct Report {
    /// The address of the peer or the path of the capture, and the satellite if it is one.
    pub name: String,
    /// What came in, for each satellite.
    pub arrivals: BTreeMap<SatelliteId, Arrivals>,
    /// How it ended.
    pub outcome: Result<(), SessionError>,
}

/// The frames of one satellite in one session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// Whole frames that were read.
    pub received: u64,
    /// How many of them were emergencies.
    pub emergencies: u64,
    /// Those that the mailbox refused.
    pub dropped: u64,
}

/// Why a session ended before its stream did.
#[derive(Debug)]
#[non_exhaustive]
pub enum SessionError {
    /// Its bytes could not be read, or are not frames.
    Read(ReadError),
    /// A sequence number did not rise.
    Backwards {
        /// Whose.
        satellite: SatelliteId,
        /// The highest number before.
        newest: u64,
        /// The number that came.
        sequence: u64,
    },
    /// The aggregator does not take this satellite from it.
    Refused(Refusal),
    /// It speaks for more satellites than one session may.
    TooManySatellites,
    /// It was silent for too long.
    Idle(Duration),
    /// It did not end when it was asked to.
    Cut,
    /// A capture was not read to its end.
    Unfinished,
    /// The aggregator is gone.
    NoAggregator,
    /// The recorder is gone.
    NoRecorder,
    /// The capture could not be opened.
    NoCapture(std::io::Error),
    /// The session itself failed.
    Panicked(String),
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => error.fmt(f),
            Self::Backwards { satellite, newest, sequence } => {
                write!(f, "satellite {satellite} went back from frame {newest} to {sequence}")
            }
            Self::Refused(refusal) => refusal.fmt(f),
            Self::TooManySatellites => {
                write!(f, "one session may speak for {MAX_SATELLITES} satellites")
            }
            Self::Idle(after) => write!(f, "silent for {after:?}"),
            Self::Cut => f.write_str("did not end when it was asked to"),
            Self::Unfinished => f.write_str("not read to its end"),
            Self::NoAggregator => f.write_str("the aggregator is gone"),
            Self::NoRecorder => f.write_str("the recorder is gone"),
            Self::NoCapture(error) => write!(f, "cannot be opened: {error}"),
            Self::Panicked(message) => write!(f, "the session panicked: {message}"),
        }
    }
}

impl Error for SessionError {}

impl From<ReadError> for SessionError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<CallError> for SessionError {
    fn from(_: CallError) -> Self {
        Self::NoAggregator
    }
}

impl Report {
    /// The report of a session that came to nothing.
    pub(crate) fn failed(name: impl Into<String>, error: SessionError) -> Self {
        Self { name: name.into(), arrivals: BTreeMap::new(), outcome: Err(error) }
    }
}

/// The session of an uplink, from its greeting on.
pub(crate) async fn uplink(
    stream: TcpStream,
    peer: SocketAddr,
    surroundings: Surroundings,
) -> Report {
    let (reader, mut writer) = stream.into_split();
    match writer.write_all(&HEADER).await {
        Ok(()) => run(peer.to_string(), reader, Origin::Uplink(Some(writer)), surroundings).await,
        Err(error) => Report::failed(peer.to_string(), ReadError::Io(error).into()),
    }
}

/// The session of a recorded capture.
pub(crate) async fn replay(path: PathBuf, surroundings: Surroundings) -> Report {
    let name = path.display().to_string();
    match File::open(&path).await {
        Ok(file) => run(name, file, Origin::Capture, surroundings).await,
        Err(error) => Report::failed(name, SessionError::NoCapture(error)),
    }
}

/// Reads a stream to its end, or until it is told to stop.
pub async fn run<R: AsyncRead + Unpin>(
    name: String,
    stream: R,
    origin: Origin,
    surroundings: Surroundings,
) -> Report {
    let mut session = Session { origin, surroundings, sources: BTreeMap::new() };
    let outcome = session.run(FrameReader::new(stream)).await;
    let arrivals: BTreeMap<_, _> =
        session.sources.iter().map(|(&satellite, source)| (satellite, source.arrivals)).collect();
    let name = match arrivals.first_key_value() {
        Some((satellite, _)) if arrivals.len() == 1 => format!("satellite {satellite} at {name}"),
        _ => name,
    };
    Report { name, arrivals, outcome }
}

struct Session {
    origin: Origin,
    surroundings: Surroundings,
    sources: BTreeMap<SatelliteId, Source>,
}

/// A satellite this session speaks for.
struct Source {
    newest: Option<u64>,
    arrivals: Arrivals,
    received: Counter,
    dropped: Counter,
    _claim: Claim,
}

impl Session {
    async fn run<R: AsyncRead + Unpin>(
        &mut self,
        mut reader: FrameReader<R>,
    ) -> Result<(), SessionError> {
        while let Some(frame) = self.next(&mut reader).await? {
            self.enter(&frame).await?;
            self.record(&frame).await?;
            match (&self.origin, frame.priority) {
                (_, Priority::Emergency) => self.report(frame).await?,
                (Origin::Uplink(_), Priority::Routine) => self.forward_or_drop(frame)?,
                (Origin::Capture, Priority::Routine) => self.forward(frame).await?,
            }
        }
        Ok(())
    }

    /// The next frame. All that can be given up here is waiting for one: a frame that was read is
    /// always brought to its end.
    async fn next<R: AsyncRead + Unpin>(
        &mut self,
        reader: &mut FrameReader<R>,
    ) -> Result<Option<Frame>, SessionError> {
        let Surroundings { phase, idle, .. } = &mut self.surroundings;
        loop {
            tokio::select! {
                biased;
                Ok(()) = phase.changed() => match (&mut self.origin, *phase.borrow_and_update()) {
                    (_, Phase::Open) => {}
                    // What is under way is still read.
                    (Origin::Uplink(farewell), Phase::Closing) => drop(farewell.take()),
                    (Origin::Uplink(_), Phase::Cut) => return Err(SessionError::Cut),
                    (Origin::Capture, _) => return Err(SessionError::Unfinished),
                },
                frame = timeout(*idle, reader.next()) => match frame {
                    Ok(frame) => return Ok(frame?),
                    Err(_) => return Err(SessionError::Idle(*idle)),
                },
            }
        }
    }

    /// Enters a frame into the account of its satellite, and checks that the numbers rise.
    async fn enter(&mut self, frame: &Frame) -> Result<(), SessionError> {
        let satellite = frame.satellite;
        let known = self.sources.len();
        let source = match self.sources.entry(satellite) {
            Entry::Occupied(source) => source.into_mut(),
            Entry::Vacant(_) if known >= MAX_SATELLITES => {
                return Err(SessionError::TooManySatellites);
            }
            Entry::Vacant(place) => {
                let claim = self.surroundings.aggregator.claim(satellite).await?;
                place.insert(Source::new(satellite, claim.map_err(SessionError::Refused)?))
            }
        };
        if let Some(newest) = source.newest.filter(|newest| *newest >= frame.sequence) {
            let sequence = frame.sequence;
            return Err(SessionError::Backwards { satellite, newest, sequence });
        }
        source.newest = Some(frame.sequence);
        source.arrivals.received += 1;
        source.arrivals.emergencies += u64::from(frame.priority == Priority::Emergency);
        source.received.increment(1);
        Ok(())
    }

    /// A recording is complete or it is none, so this waits for the recorder.
    async fn record(&mut self, frame: &Frame) -> Result<(), SessionError> {
        let Some(recorder) = &self.surroundings.recorder else {
            return Ok(());
        };
        if recorder.record(frame.clone()).cast().await.is_err() {
            self.count_drop(frame.satellite);
            return Err(SessionError::NoRecorder);
        }
        Ok(())
    }

    /// Never waits.
    fn forward_or_drop(&mut self, frame: Frame) -> Result<(), SessionError> {
        let satellite = frame.satellite;
        match self.surroundings.aggregator.push(frame).try_cast() {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => {
                self.count_drop(satellite);
                Ok(())
            }
            Err(TrySendError::Closed(_)) => {
                self.count_drop(satellite);
                Err(SessionError::NoAggregator)
            }
        }
    }

    /// Waits for room in the mailbox.
    async fn forward(&mut self, frame: Frame) -> Result<(), SessionError> {
        let satellite = frame.satellite;
        if self.surroundings.aggregator.push(frame).cast().await.is_err() {
            self.count_drop(satellite);
            return Err(SessionError::NoAggregator);
        }
        Ok(())
    }

    /// Waits for room in the mailbox, and then until the frame is stored. The second wait may be
    /// given up: the message is accepted, so the frame is safe.
    async fn report(&mut self, frame: Frame) -> Result<(), SessionError> {
        let satellite = frame.satellite;
        let Ok(stored) = self.surroundings.aggregator.report(frame).sent().await else {
            self.count_drop(satellite);
            return Err(SessionError::NoAggregator);
        };
        // A receiver of its own: `wait_for` counts every phase it looks at as seen, and the change
        // to `Closing` has to be seen by `next`.
        let mut phase = self.surroundings.phase.clone();
        tokio::select! {
            stored = stored => Ok(stored?),
            _ = phase.wait_for(|phase| *phase == Phase::Cut) => Err(SessionError::Cut),
        }
    }

    fn count_drop(&mut self, satellite: SatelliteId) {
        if let Some(source) = self.sources.get_mut(&satellite) {
            source.arrivals.dropped += 1;
            source.dropped.increment(1);
        }
    }
}

impl Source {
    fn new(satellite: SatelliteId, claim: Claim) -> Self {
        let label = satellite.to_string();
        Self {
            newest: claim.newest(),
            arrivals: Arrivals::default(),
            received: counter!("telemetry_frames_received_total", "satellite" => label.clone()),
            dropped: counter!(
                "telemetry_frames_dropped_total", "reason" => "mailbox", "satellite" => label
            ),
            _claim: claim,
        }
    }
}
