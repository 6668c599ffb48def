//! Plays satellites: connects over TCP, sends frames in bursts, and keeps its own account of them.

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

/// What a satellite sends.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Which one it is.
    pub satellite: SatelliteId,
    /// The sequence number of its first frame.
    pub first: u64,
    /// How many frames it sends.
    pub frames: u64,
    /// How many of them at once, as a rule. Now and then, as after a blackout, it is ten times as
    /// many.
    pub burst: u64,
    /// How long it rests between two bursts.
    pub pause: Duration,
    /// One of so many frames is an emergency; zero for none.
    pub emergency_every: u64,
    /// The longest payload.
    pub payload: usize,
    /// What it does wrong after its last frame.
    pub fault: Option<Fault>,
}

impl Plan {
    /// A satellite that sends `frames` routine frames, as fast as it can.
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

    /// The frame with this number. The same number gives the same frame.
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

    /// Where the burst ends that begins with this frame.
    fn end_of_burst(&self, number: u64) -> u64 {
        let mut noise = Noise::new(!u64::from(self.satellite) << 40 | number);
        let length = match noise.below(32) {
            0 => self.burst * 10,
            _ => 1 + noise.below(self.burst * 2),
        };
        (number + length).min(self.frames)
    }
}

/// What an uplink can do wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It dies in the middle of a frame.
    CutOff,
    /// It sends a frame whose bytes were changed on the way.
    Checksum,
    /// It sends a length that no frame has.
    Length,
    /// It sends a number a second time.
    Backwards,
}

impl Fault {
    /// All of them.
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

/// What a satellite has sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Who.
    pub satellite: SatelliteId,
    /// How many whole frames.
    pub frames: u64,
    /// How many of them were emergencies.
    pub emergencies: u64,
}

/// Flies one satellite, until its plan is done or the station closes.
///
/// # Errors
///
/// If the connection breaks. Then nobody knows how many frames arrived.
pub async fn fly(station: SocketAddr, plan: Plan) -> io::Result<Sent> {
    let mut sent = Sent { satellite: plan.satellite, frames: 0, emergencies: 0 };
    let Some((mut ear, mut mouth)) = connect(station).await? else {
        return Ok(sent);
    };
    let mut rest = (!plan.pause.is_zero()).then(|| interval(plan.pause));
    if let Some(rest) = &mut rest {
        rest.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    let mut bytes = HEADER.to_vec();
    while sent.frames < plan.frames {
        // A burst is written as a whole, so the account knows how many frames were sent.
        tokio::select! {
            biased;
            _ = ear.read_u8() => return Ok(sent),
            () = pause(&mut rest) => {}
        }
        let end = plan.end_of_burst(sent.frames);
        let mut emergencies = 0;
        for number in sent.frames..end {
            let frame = plan.frame(number);
            emergencies += u64::from(frame.priority == Priority::Emergency);
            frame.encode(&mut bytes);
        }
        mouth.write_all(&bytes).await?;
        bytes.clear();
        sent.emergencies += emergencies;
        sent.frames = end;
    }
    if let Some(fault) = plan.fault {
        mouth.write_all(&fault.encode(&plan)).await?;
    }
    Ok(sent)
}

/// Connects and waits for the greeting; `None` if the station closes instead.
async fn connect(station: SocketAddr) -> io::Result<Option<(OwnedReadHalf, OwnedWriteHalf)>> {
    let (mut ear, mouth) = TcpStream::connect(station).await?.into_split();
    let mut greeting = [0; HEADER.len()];
    match ear.read_exact(&mut greeting).await {
        Ok(_) if greeting == HEADER => Ok(Some((ear, mouth))),
        Ok(_) => Err(io::Error::other("the station speaks another protocol")),
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

/// Numbers that look random and are the same each time (SplitMix64).
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
