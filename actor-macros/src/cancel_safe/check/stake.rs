//! What is at stake in a value: what would be lost if the call were dropped while it holds it.

use super::{
    known,
    place::{Caret, Path, Spot},
};

/// Why a value must not be lost.
#[derive(Clone, Debug)]
pub(super) struct Stake {
    pub(super) kind: Kind,
    /// The code that the value came from.
    pub(super) from: String,
    /// The name of the call that took it out, for [`Kind::Taken`] and [`Kind::MaybeTaken`].
    pub(super) origin: Option<Caret>,
    /// Whether the same call would take more when it is made again. `Option::take` would not.
    pub(super) takes_more: bool,
    /// Where the borrow checker can tell, for [`Kind::MaybeTaken`].
    pub(super) spot: Option<Spot>,
}

/// From the least certain loss to the surest; where two values meet, the surer one is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// An argument that the caller has given away.
    Argument,
    /// Given by a method that may have taken it out of `self`.
    MaybeTaken,
    /// A change that only this call knows of.
    Changed,
    /// Taken out of something that outlives the call.
    Taken,
    /// Collects what awaits put into it.
    Filled,
    /// Given by an await.
    Awaited,
}

impl Stake {
    pub(super) fn new(kind: Kind, from: impl Into<String>) -> Self {
        Self { kind, from: from.into(), origin: None, takes_more: true, spot: None }
    }

    pub(super) fn taken(kind: Kind, from: &str, origin: &Caret, spot: Option<Spot>) -> Self {
        Self { origin: Some(origin.clone()), spot, ..Self::new(kind, from) }
    }

    /// Whether a branch that is taken because of this value forgets something.
    pub(super) fn decides(&self) -> bool {
        matches!(self.kind, Kind::Awaited | Kind::Taken)
    }

    /// Whether the value may be a future that was made and has not run: nothing is taken out yet.
    pub(super) fn may_be_future(&self) -> bool {
        match self.kind {
            Kind::MaybeTaken => true,
            Kind::Taken => self
                .origin
                .as_ref()
                .is_some_and(|origin| known::may_be_future(&origin.tokens.to_string())),
            _ => false,
        }
    }

    pub(super) fn worse(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) if other.kind > one.kind => Some(other),
            (one, other) => one.or(other),
        }
    }
}

/// What is known of the value of an expression.
#[derive(Clone, Debug, Default)]
pub(super) struct Value {
    pub(super) stake: Option<Stake>,
    /// The places outside of the call that it was read from.
    pub(super) reads: Vec<String>,
}

impl Value {
    pub(super) fn of(stake: Stake) -> Self {
        Self { stake: Some(stake), reads: Vec::new() }
    }

    pub(super) fn read(path: &Path) -> Self {
        Self { stake: None, reads: vec![path.text.clone()] }
    }

    /// A value made of two others.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.reads.extend(other.reads);
        Self { stake: Stake::worse(self.stake, other.stake), reads: self.reads }
    }

    pub(super) fn decides(&self) -> bool {
        self.stake.as_ref().is_some_and(Stake::decides)
    }
}
