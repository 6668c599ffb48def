//! The game thread: one frame every 1/60 second, independent of the speed of the database.

use std::{
    thread,
    time::{Duration, Instant},
};

use actor_runtime::{ActorHandle, Answer, TrySendError};
use sqlite_actor::{
    Error, Result,
    console::{ConsoleHandle, GameId, Save},
};

use crate::machine::Machine;

const FRAME: Duration = Duration::from_nanos(1_000_000_000 / 60);
/// The slot of automatic saves.
const AUTOSAVE: u8 = 0;
/// The slot that is saved when the player quits.
const QUICKSAVE: u8 = 1;
const AUTOSAVE_EVERY: u32 = 60;
const ACHIEVEMENTS: [(u32, &str); 3] =
    [(1, "First Points"), (500, "Stargazer"), (1_000, "Meteorologist")];

/// Options of a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) frames: u32,
    /// Whether to run without pauses between frames.
    pub(crate) is_fast: bool,
}

/// The result of a session.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) frames: u32,
    /// The frame of the game at which the player quit.
    pub(crate) last: i64,
    pub(crate) saves: u32,
    pub(crate) achievements: Vec<String>,
    /// The final state of the machine.
    pub(crate) machine: Machine,
    /// The longest time that one frame spent on storage.
    pub(crate) slowest: Duration,
    /// How often recording play time was postponed because the mailbox was full.
    pub(crate) postponed: u32,
}

struct Session<'a> {
    console: &'a ConsoleHandle,
    game: GameId,
    machine: Machine,
    /// The frame of the game at which this session began.
    first: i64,
    /// The number of frames since then.
    frame: u32,
    /// Frames whose play time is not recorded yet.
    unrecorded: u32,
    /// The autosave in progress.
    saving: Option<Answer<Result<()>>>,
    played: Played,
}

/// Continues the game from the last save and records play time, saves and achievements.
pub(crate) fn play(console: &ConsoleHandle, game: GameId, plan: Plan) -> Result<Played> {
    let (machine, first) = match console.load(game, QUICKSAVE).blocking()?? {
        Some(save) => (machine_of(save.state, QUICKSAVE)?, save.frame),
        None => (Machine::new(), 0),
    };
    let played = Played {
        frames: plan.frames,
        last: first + i64::from(plan.frames),
        saves: 0,
        achievements: Vec::new(),
        machine: machine.clone(),
        slowest: Duration::ZERO,
        postponed: 0,
    };
    let mut session =
        Session { console, game, machine, first, frame: 0, unrecorded: 0, saving: None, played };
    let begun = Instant::now();
    while session.frame < plan.frames {
        session.machine.step();
        session.frame += 1;
        session.unrecorded += 1;
        let frame_done = Instant::now();
        session.store()?;
        session.played.slowest = session.played.slowest.max(frame_done.elapsed());
        if !plan.is_fast {
            thread::sleep(
                (begun + FRAME * session.frame).saturating_duration_since(Instant::now()),
            );
        }
    }
    session.finish()
}

impl Session<'_> {
    /// Sends what is due in this frame. Only achievements, of which there are few, may wait for room in the
    /// mailbox.
    fn store(&mut self) -> Result<()> {
        if self.unrecorded >= 30 {
            self.record_play_time()?;
        }
        if self.frame.is_multiple_of(AUTOSAVE_EVERY) {
            self.autosave()?;
        }
        self.watch_autosave()?;
        let score = self.machine.score();
        for (needed, name) in ACHIEVEMENTS {
            if score >= needed && !self.played.achievements.iter().any(|got| got == name) {
                // An achievement must not be lost, so this waits for room in the mailbox.
                self.console.achieve(self.game, name, self.now()).cast_blocking()?;
                self.played.achievements.push(name.to_owned());
            }
        }
        Ok(())
    }

    /// Records play time if the mailbox has room; otherwise it is added to the next record.
    fn record_play_time(&mut self) -> Result<()> {
        match self.console.played(self.game, self.unrecorded).try_cast() {
            Ok(()) => self.unrecorded = 0,
            Err(TrySendError::Full(_)) => self.played.postponed += 1,
            Err(closed) => return Err(closed.into()),
        }
        Ok(())
    }

    /// Begins an autosave, unless one is in progress or the mailbox is full.
    fn autosave(&mut self) -> Result<()> {
        if self.saving.is_some() {
            return Ok(());
        }
        match self.console.save(self.game, self.saved(AUTOSAVE)).try_call() {
            Ok(answer) => self.saving = Some(answer),
            Err(TrySendError::Full(_)) => {}
            Err(closed) => return Err(closed.into()),
        }
        Ok(())
    }

    /// Takes the result of the autosave if it is available, without waiting.
    fn watch_autosave(&mut self) -> Result<()> {
        if let Some(outcome) = self.saving.as_mut().and_then(Answer::try_take) {
            self.saving = None;
            outcome??;
            self.played.saves += 1;
        }
        Ok(())
    }

    fn now(&self) -> i64 {
        self.first + i64::from(self.frame)
    }

    fn saved(&self, slot: u8) -> Save {
        Save { slot, frame: self.now(), state: self.machine.state().to_vec() }
    }

    /// Ends the session. Unlike during the game, these calls wait.
    fn finish(mut self) -> Result<Played> {
        if let Some(saving) = self.saving.take() {
            saving.blocking()??;
            self.played.saves += 1;
        }
        // One transaction, so that the saved state and its play time stay consistent.
        let lease = self.console.lease().blocking()?;
        lease.begin().blocking()??;
        lease.save(self.game, self.saved(QUICKSAVE)).blocking()??;
        lease.played(self.game, self.unrecorded).blocking()??;
        lease.commit().blocking()??;
        drop(lease);
        self.played.saves += 1;
        self.played.machine = self.machine;
        Ok(self.played)
    }
}

/// Loads each slot in use and replays the game from it. Returns `true` if all end in the same state as `played`.
pub(crate) fn replay(console: &ConsoleHandle, game: GameId, played: &Played) -> Result<bool> {
    let slots = console.slots(game).blocking()??;
    for (slot, _) in &slots {
        let Some(save) = console.load(game, *slot).blocking()?? else {
            return Ok(false);
        };
        let mut machine = machine_of(save.state, *slot)?;
        for _ in save.frame..played.last {
            machine.step();
        }
        if machine != played.machine {
            return Ok(false);
        }
    }
    Ok(!slots.is_empty())
}

fn machine_of(state: Vec<u8>, slot: u8) -> Result<Machine> {
    Machine::load(state)
        .ok_or_else(|| Error::Corrupt(format!("the state in slot {slot} has the wrong length")))
}
