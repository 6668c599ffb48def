//! One connection or capture: reads frames, and forwards or drops them.
//!
//! A routine frame of an uplink is dropped and counted if the mailbox is full. An emergency frame waits for
//! room in the mailbox (waiting senders have priority over `try_cast`), and then until it is stored. All frames
//! of a capture wait for room.
//!
//! A session returns a [`Report`], in which every received frame was either forwarded or dropped. A session that
//! panics is reported without counts.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    error::Error,
    fmt,
    net::SocketAddr,
    path::PathBuf,
    pin::pin,
    sync::Arc,
    time::Duration,
};

use actor_runtime::{CallError, TrySendError};
use metrics::{Counter, counter};
use tokio::{
    fs::File,
    io::{AsyncRead, AsyncWriteExt},
    net::{TcpStream, tcp::OwnedWriteHalf},
    sync::{Semaphore, watch},
    time::{sleep, timeout},
};

use super::{
    aggregator::{AggregatorHandle, Claim},
    buffer::Refusal,
    frame::{Frame, FrameReader, HEADER, Priority, ReadError, SatelliteId},
    recorder::RecorderHandle,
};

/// The maximum number of satellites per session.
const MAX_SATELLITES: usize = 64;

/// The progress of the gateway's shutdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// The gateway is running.
    Open,
    /// Uplinks are asked to end.
    Closing,
    /// The grace period is over, and sessions end immediately.
    Cut,
}

/// The source of a session's frames.
#[derive(Debug)]
pub enum Origin {
    /// A satellite. Its routine frames do not wait for room. Dropping the write half asks it to end.
    Uplink(Option<OwnedWriteHalf>),
    /// A capture file, whose frames wait for room.
    Capture,
}

/// The context of a session.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The destination of the frames.
    pub aggregator: AggregatorHandle,
    /// Records frames before they are forwarded.
    pub recorder: Option<RecorderHandle>,
    /// The time after which a silent session is ended.
    pub idle: Duration,
    /// The time after which a silent session takes a permit of `leave`.
    pub idle_crowded: Duration,
    /// One permit for each uplink that waits for the place of a silent session.
    pub leave: Arc<Semaphore>,
    /// The progress of the gateway's shutdown.
    pub phase: watch::Receiver<Phase>,
}

/// The result of a session.
#[derive(Debug)]
pub struct Report {
    /// The address of the peer or the path of the capture, and the satellite if there is exactly one.
    pub name: String,
    /// Counts of received frames per satellite.
    pub arrivals: BTreeMap<SatelliteId, Arrivals>,
    /// The outcome of the session.
    pub outcome: Result<(), SessionError>,
}

/// Frame counts of one satellite in one session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// Frames that were received.
    pub received: u64,
    /// Emergency frames that were received.
    pub emergencies: u64,
    /// Frames that were not accepted by the aggregator.
    pub dropped: u64,
}

/// The reason a session ended before the end of its stream.
#[derive(Debug)]
#[non_exhaustive]
pub enum SessionError {
    /// Reading or decoding failed.
    Read(ReadError),
    /// A sequence number did not rise.
    Backwards {
        /// The satellite.
        satellite: SatelliteId,
        /// The highest sequence number before.
        newest: u64,
        /// The sequence number that was received.
        sequence: u64,
    },
    /// The aggregator refused the claim to a satellite.
    Refused(Refusal),
    /// The session has sent frames of too many satellites.
    TooManySatellites,
    /// Nothing was received for this time.
    Idle(Duration),
    /// Nothing was received for this time, and another uplink needed the place.
    MadeRoom(Duration),
    /// The uplink did not end within the grace period.
    Cut,
    /// The gateway shut down before the end of a capture.
    Unfinished,
    /// The aggregator has stopped.
    NoAggregator,
    /// The recorder has stopped.
    NoRecorder,
    /// The capture could not be opened.
    NoCapture(std::io::Error),
    /// The session panicked.
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
                write!(f, "limit of {MAX_SATELLITES} satellites per session exceeded")
            }
            Self::Idle(after) => write!(f, "silent for {after:?}"),
            Self::MadeRoom(after) => {
                write!(f, "silent for {after:?} while another uplink waited for a place")
            }
            Self::Cut => f.write_str("did not end when it was asked to"),
            Self::Unfinished => f.write_str("interrupted by shutdown"),
            Self::NoAggregator => f.write_str("the aggregator has stopped"),
            Self::NoRecorder => f.write_str("the recorder has stopped"),
            Self::NoCapture(error) => write!(f, "cannot open the capture: {error}"),
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
    /// Creates the report of a session that failed without receiving frames.
    pub(crate) fn failed(name: impl Into<String>, error: SessionError) -> Self {
        Self { name: name.into(), arrivals: BTreeMap::new(), outcome: Err(error) }
    }
}

/// Runs the session of an uplink, beginning with the header sent to it.
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

/// Runs the session of a capture file.
pub(crate) async fn replay(path: PathBuf, surroundings: Surroundings) -> Report {
    let name = path.display().to_string();
    match File::open(&path).await {
        Ok(file) => run(name, file, Origin::Capture, surroundings).await,
        Err(error) => Report::failed(name, SessionError::NoCapture(error)),
    }
}

/// Reads a stream to its end, or until the gateway shuts down.
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

/// A satellite that this session has claimed.
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

    /// Reads the next frame. Timeouts and shutdown interrupt only the wait for a frame, not its processing.
    async fn next<R: AsyncRead + Unpin>(
        &mut self,
        reader: &mut FrameReader<R>,
    ) -> Result<Option<Frame>, SessionError> {
        let Surroundings { phase, idle, idle_crowded, leave, .. } = &mut self.surroundings;
        let is_uplink = matches!(self.origin, Origin::Uplink(_));
        // Sessions queue for a permit in the order in which they fell silent.
        let mut made_room = pin!(async {
            sleep(*idle_crowded).await;
            if let Ok(permit) = leave.acquire().await {
                permit.forget();
            }
        });
        loop {
            tokio::select! {
                biased;
                Ok(()) = phase.changed() => match (&mut self.origin, *phase.borrow_and_update()) {
                    (_, Phase::Open) => {}
                    // Frames that were already sent are still read.
                    (Origin::Uplink(farewell), Phase::Closing) => drop(farewell.take()),
                    (Origin::Uplink(_), Phase::Cut) => return Err(SessionError::Cut),
                    (Origin::Capture, _) => return Err(SessionError::Unfinished),
                },
                frame = timeout(*idle, reader.next()) => match frame {
                    Ok(frame) => return Ok(frame?),
                    Err(_) => return Err(SessionError::Idle(*idle)),
                },
                () = &mut made_room, if is_uplink => return Err(SessionError::MadeRoom(*idle_crowded)),
            }
        }
    }

    /// Counts a frame, claims its satellite if it is new, and checks its sequence number.
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

    /// Records a frame. This waits for room in the recorder's mailbox, so that the recording is complete.
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

    /// Forwards a frame, or drops it if the mailbox is full.
    fn forward_or_drop(&mut self, frame: Frame) -> Result<(), SessionError> {
        let satellite = frame.satellite;
        match self.surroundings.aggregator.push(frame).try_cast() {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => {
                self.count_drop(satellite);
                Ok(())
            }
            Err(TrySendError::Closed(_) | TrySendError::LeaseEnded(_)) => {
                self.count_drop(satellite);
                Err(SessionError::NoAggregator)
            }
        }
    }

    /// Forwards a frame, waiting for room in the mailbox.
    async fn forward(&mut self, frame: Frame) -> Result<(), SessionError> {
        let satellite = frame.satellite;
        if self.surroundings.aggregator.push(frame).cast().await.is_err() {
            self.count_drop(satellite);
            return Err(SessionError::NoAggregator);
        }
        Ok(())
    }

    /// Waits for room in the mailbox, and then until the frame is stored. The second wait may be interrupted:
    /// the message is accepted, and the handler runs even if its caller is dropped.
    async fn report(&mut self, frame: Frame) -> Result<(), SessionError> {
        let satellite = frame.satellite;
        let Ok(stored) = self.surroundings.aggregator.report(frame).sent().await else {
            self.count_drop(satellite);
            return Err(SessionError::NoAggregator);
        };
        // A separate receiver, because `wait_for` marks every value as seen, and `next` must still see the
        // change to `Closing`.
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
