//! What is known at one point of the body, and what is known where two ways meet.

use super::{
    place::{Caret, LocalId, Spot},
    stake::{Stake, Value},
    step::{Local, Origin},
};

/// A wait that was passed.
#[derive(Clone, Debug)]
pub(super) struct Passed {
    pub(super) caret: Caret,
    pub(super) text: String,
}

/// What is known of a local.
#[derive(Clone, Debug, Default)]
pub(super) struct Holding {
    pub(super) value: Value,
    /// The first wait that the value has been carried across.
    pub(super) crossed: Option<Passed>,
    /// Whether the call has waited since the local was made. What changes it from then on is known
    /// to this call only.
    pub(super) has_waited: bool,
}

/// `self` was changed, and a call made anew would do so again (CS5).
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) text: String,
    /// Where the borrow checker can tell whether it is a change at all.
    pub(super) doubt: Option<Spot>,
}

/// A field was set or emptied, which a call made anew does again (CS5).
#[derive(Clone, Debug)]
pub(super) struct Preset {
    pub(super) path: String,
    pub(super) text: String,
    pub(super) crossed: Option<Passed>,
    /// Whether an await has put something there since.
    pub(super) is_refilled: bool,
}

#[derive(Clone, Debug)]
pub(super) struct State {
    /// Whether this point can be reached at all.
    pub(super) is_reachable: bool,
    pub(super) locals: Vec<Holding>,
    /// A wait of this pass that is over, and nothing in `self` says so (CS4).
    pub(super) finished: Option<Passed>,
    pub(super) changes: Vec<Change>,
    pub(super) presets: Vec<Preset>,
    /// The paths outside of the call that were written, on every way to here, since something had
    /// happened that `self` should know of.
    pub(super) stored: Vec<String>,
}

impl State {
    pub(super) fn new(locals: &[Local], arguments_are_kept: bool) -> Self {
        let holding = |local: &Local| {
            let mut holding = Holding::default();
            if local.origin == Origin::Argument && !arguments_are_kept {
                let stake = Stake::new(super::stake::Kind::Argument, local.name.clone());
                holding.value = Value::of(stake);
            }
            holding
        };
        Self {
            is_reachable: true,
            locals: locals.iter().map(holding).collect(),
            finished: None,
            changes: Vec::new(),
            presets: Vec::new(),
            stored: Vec::new(),
        }
    }

    pub(super) fn local(&mut self, id: LocalId) -> &mut Holding {
        &mut self.locals[id]
    }

    /// Where two ways meet, what either of them knows to be at stake is at stake; what is settled
    /// has to be settled on both.
    pub(super) fn join(self, other: Self) -> Self {
        if !self.is_reachable {
            return other;
        }
        if !other.is_reachable {
            return self;
        }
        let mut joined = self;
        for (one, other) in joined.locals.iter_mut().zip(other.locals) {
            one.join(other);
        }
        joined.finished = joined.finished.or(other.finished);
        for change in other.changes {
            if joined.changes.iter().all(|known| known.text != change.text) {
                joined.changes.push(change);
            }
        }
        for preset in other.presets {
            joined.join_preset(preset);
        }
        joined.stored.retain(|path| other.stored.contains(path));
        joined
    }

    fn join_preset(&mut self, preset: Preset) {
        let same = |known: &&mut Preset| known.path == preset.path && known.text == preset.text;
        match self.presets.iter_mut().find(same) {
            Some(known) => {
                known.is_refilled |= preset.is_refilled;
                known.crossed = known.crossed.take().or(preset.crossed);
            }
            None => self.presets.push(preset),
        }
    }

    /// Whether running a loop once more from `self` can find anything that `before` could not.
    pub(super) fn adds_nothing_to(&self, before: &Self) -> bool {
        let holds_same = |(one, other): (&Holding, &Holding)| one.is_like(other);
        self.locals.iter().zip(&before.locals).all(holds_same)
            && self.presets.len() == before.presets.len()
            && self.presets.iter().zip(&before.presets).all(|(one, other)| {
                one.is_refilled == other.is_refilled
                    && one.crossed.is_some() == other.crossed.is_some()
            })
    }
}

impl Holding {
    fn join(&mut self, other: Self) {
        let value = std::mem::take(&mut self.value);
        let mut reads = value.reads;
        for path in other.value.reads {
            if !reads.contains(&path) {
                reads.push(path);
            }
        }
        self.value = Value { stake: Stake::worse(value.stake, other.value.stake), reads };
        self.crossed = self.crossed.take().or(other.crossed);
        self.has_waited |= other.has_waited;
    }

    fn is_like(&self, other: &Self) -> bool {
        let kind = |holding: &Self| holding.value.stake.as_ref().map(|stake| stake.kind);
        kind(self) == kind(other)
            && self.crossed.is_some() == other.crossed.is_some()
            && self.has_waited == other.has_waited
    }
}
