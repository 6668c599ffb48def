//! The game's own thread: a picture every sixtieth of a second, whatever the database does.

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
/// The slot that is written without being asked.
const AUTOSAVE: u8 = 0;
/// The slot that the player writes.
const QUICKSAVE: u8 = 1;
const AUTOSAVE_EVERY: u32 = 60;
const ACHIEVEMENTS: [(u32, &str); 3] =
    [(1, "First Points"), (500, "Stargazer"), (1_000, "Meteorologist")];

/// How to play.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) frames: u32,
    /// Whether frames follow one another without a pause.
    pub(crate) is_fast: bool,
}

/// What was played.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) frames: u32,
    /// When in the game the player quit.
    pub(crate) last: i64,
    pub(crate) saves: u32,
    pub(crate) achievements: Vec<String>,
    /// The machine at the end.
    pub(crate) machine: Machine,
    /// The longest that a frame was held up by the database.
    pub(crate) slowest: Duration,
    /// How often play time was kept for later, because the mailbox was full.
    pub(crate) postponed: u32,
}

struct Session<'a> {
    console: &'a ConsoleHandle,
    game: GameId,
    machine: Machine,
    /// When in the game this session began.
    first: i64,
    /// How many frames ago that was.
    frame: u32,
    /// Frames that are not in the books yet.
    unbooked: u32,
    /// A save that is under way.
    saving: Option<Answer<Result<()>>>,
    played: Played,
}

/// Plays on from where the player quit, and keeps the books: this runs on a plain thread.
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
        Session { console, game, machine, first, frame: 0, unbooked: 0, saving: None, played };
    let begun = Instant::now();
    while session.frame < plan.frames {
        session.machine.step();
        session.frame += 1;
        session.unbooked += 1;
        let visit = Instant::now();
        session.keep_books()?;
        session.played.slowest = session.played.slowest.max(visit.elapsed());
        if !plan.is_fast {
            // The next picture is due then. Nothing is waited for here but the time itself.
            thread::sleep(
                (begun + FRAME * session.frame).saturating_duration_since(Instant::now()),
            );
        }
    }
    session.finish()
}

impl Session<'_> {
    /// What is asked of the database in the time of a frame. None of it waits, but for what happens
    /// a few times in a game.
    fn keep_books(&mut self) -> Result<()> {
        if self.unbooked >= 30 {
            self.book()?;
        }
        if self.frame.is_multiple_of(AUTOSAVE_EVERY) {
            self.autosave()?;
        }
        self.watch_autosave()?;
        let score = self.machine.score();
        for (needed, name) in ACHIEVEMENTS {
            if score >= needed && !self.played.achievements.iter().any(|got| got == name) {
                // It must not be lost, and there is room in any but the busiest moment.
                self.console.achieve(self.game, name, self.now()).cast_blocking()?;
                self.played.achievements.push(name.to_owned());
            }
        }
        Ok(())
    }

    /// Play time goes into the books if there is room for it now, and otherwise with the next.
    fn book(&mut self) -> Result<()> {
        match self.console.played(self.game, self.unbooked).try_cast() {
            Ok(()) => self.unbooked = 0,
            Err(TrySendError::Full(_)) => self.played.postponed += 1,
            Err(closed) => return Err(closed.into()),
        }
        Ok(())
    }

    /// Begins a save, unless the last is not done yet.
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

    /// Looks whether the save is done, without waiting for it.
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

    /// The player quits: now there is time to wait.
    fn finish(mut self) -> Result<Played> {
        if let Some(saving) = self.saving.take() {
            saving.blocking()??;
            self.played.saves += 1;
        }
        // The state and the time it took are in the books together, or neither is.
        let books = self.console.lease().blocking()?;
        books.begin().blocking()??;
        books.save(self.game, self.saved(QUICKSAVE)).blocking()??;
        books.played(self.game, self.unbooked).blocking()??;
        books.commit().blocking()??;
        drop(books);
        self.played.saves += 1;
        self.played.machine = self.machine;
        Ok(self.played)
    }
}

/// Loads each slot that is in use, plays on from it, and says whether the same picture comes out.
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
    Machine::load(state).ok_or_else(|| Error::Corrupt(format!("slot {slot} holds no machine")))
}
