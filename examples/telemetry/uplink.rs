//! Simulated satellites: each connects over TCP, sends frames in bursts and counts them.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    time::{MissedTickBehavior, interval},
};

use super::frame::{Frame, HEADER, Priority, SatelliteId};

/// The behavior of a simulated satellite.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The id of the satellite.
    pub satellite: SatelliteId,
    /// The sequence number of the first frame.
    pub first: u64,
    /// The number of frames to send.
    pub frames: u64,
    /// The typical number of frames per burst. About one burst in 32 is ten times as long.
    pub burst: u64,
    /// The pause between two bursts.
    pub pause: Duration,
    /// About one frame in this many is an emergency; 0 for none.
    pub emergency_every: u64,
    /// The maximum length of a payload, in bytes.
    pub payload: usize,
    /// The fault after the last frame, if any.
    pub fault: Option<Fault>,
}

impl Plan {
    /// Creates a plan that sends `frames` routine frames without pauses.
    #[must_use]
    pub fn new(satellite: SatelliteId, frames: u64) -> Self {
        Self {
            satellite,
            first: 0,
            frames,
            burst: 16,
            pause: Duration::ZERO,
            emergency_every: 0,
            payload: 64,
            fault: None,
        }
    }

    /// Returns the frame with this number. The result is deterministic.
    #[must_use]
    pub fn frame(&self, number: u64) -> Frame {
        let mut noise = Noise::new(u64::from(self.satellite) << 40 | number);
        let is_emergency =
            self.emergency_every > 0 && noise.next().is_multiple_of(self.emergency_every);
        let priority = if is_emergency { Priority::Emergency } else { Priority::Routine };
        let length = noise.below(self.payload as u64 + 1);
        let payload = (0..length).map(|_| noise.byte()).collect();
        Frame { satellite: self.satellite, sequence: self.first + number, priority, payload }
    }

    /// Returns the end of the burst that begins with this frame.
    fn end_of_burst(&self, number: u64) -> u64 {
        let mut noise = Noise::new(!u64::from(self.satellite) << 40 | number);
        let length = match noise.below(32) {
            0 => self.burst * 10,
            _ => 1 + noise.below(self.burst * 2),
        };
        (number + length).min(self.frames)
    }
}

/// A fault of a simulated satellite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Disconnects in the middle of a frame.
    CutOff,
    /// Sends a frame with a wrong checksum.
    Checksum,
    /// Sends a length that is out of range.
    Length,
    /// Repeats a sequence number.
    Backwards,
}

impl Fault {
    /// All faults.
    pub const ALL: [Self; 4] = [Self::CutOff, Self::Checksum, Self::Length, Self::Backwards];

    fn encode(self, plan: &Plan) -> Vec<u8> {
        let mut bytes = Vec::new();
        plan.frame(plan.frames).encode(&mut bytes);
        match self {
            Self::CutOff => bytes.truncate(bytes.len() / 2),
            Self::Checksum => bytes[6] ^= 0x40,
            Self::Length => bytes[..4].copy_from_slice(&u32::MAX.to_be_bytes()),
            Self::Backwards => {
                bytes.clear();
                plan.frame(plan.frames.saturating_sub(1)).encode(&mut bytes);
            }
        }
        bytes
    }
}

/// The frames that a satellite has sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The satellite.
    pub satellite: SatelliteId,
    /// The number of complete frames.
    pub frames: u64,
    /// The number of emergency frames.
    pub emergencies: u64,
}

/// Runs one satellite until its plan is complete or the station closes the connection.
///
/// # Errors
///
/// Returns an error if the connection fails. The number of frames that arrived is then unknown.
pub async fn fly(station: SocketAddr, plan: Plan) -> io::Result<Sent> {
    let mut sent = Sent { satellite: plan.satellite, frames: 0, emergencies: 0 };
    let Some((mut reader, mut writer)) = connect(station).await? else {
        return Ok(sent);
    };
    let mut rest = (!plan.pause.is_zero()).then(|| interval(plan.pause));
    if let Some(rest) = &mut rest {
        rest.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    let mut bytes = HEADER.to_vec();
    while sent.frames < plan.frames {
        // Only the pause is interrupted. A burst is always written completely, so that the count is exact.
        tokio::select! {
            biased;
            _ = reader.read_u8() => return Ok(sent),
            () = pause(&mut rest) => {}
        }
        let end = plan.end_of_burst(sent.frames);
        let mut emergencies = 0;
        for number in sent.frames..end {
            let frame = plan.frame(number);
            emergencies += u64::from(frame.priority == Priority::Emergency);
            frame.encode(&mut bytes);
        }
        writer.write_all(&bytes).await?;
        bytes.clear();
        sent.emergencies += emergencies;
        sent.frames = end;
    }
    if let Some(fault) = plan.fault {
        writer.write_all(&fault.encode(&plan)).await?;
    }
    Ok(sent)
}

/// Connects and waits for the header of the station. Returns `None` if the station closes the connection first.
async fn connect(station: SocketAddr) -> io::Result<Option<(OwnedReadHalf, OwnedWriteHalf)>> {
    let (mut reader, writer) = TcpStream::connect(station).await?.into_split();
    let mut greeting = [0; HEADER.len()];
    match reader.read_exact(&mut greeting).await {
        Ok(_) if greeting == HEADER => Ok(Some((reader, writer))),
        Ok(_) => Err(io::Error::other("unexpected header from the station")),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

async fn pause(rest: &mut Option<tokio::time::Interval>) {
    match rest {
        Some(rest) => drop(rest.tick().await),
        None => tokio::task::yield_now().await,
    }
}

/// A deterministic pseudorandom number generator (SplitMix64).
#[derive(Debug)]
struct Noise(u64);

impl Noise {
    fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}
