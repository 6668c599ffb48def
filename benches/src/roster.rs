//! Who takes part.

#[cfg(feature = "peers")]
use crate::contestants::{
    actify::Actify, actix::Actix, interthread::Interthread, kameo::Kameo, ractor::Ractor,
    rsactor::Rsactor, xtra::Xtra,
};
use crate::{
    contestant::Contestant,
    contestants::{
        generated::{Generated, Queued},
        locks::{ParkingLot, Std, Tokio},
        plain,
        twin::Twin,
    },
    flavor::Flavor,
    memory::{self, Memory},
    workload::{self, Row},
};

/// What kind of thing an entrant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Written by `#[actor]`.
    Generated,
    /// What others are compared with.
    Twin,
    /// Written with another actor library.
    Peer,
    /// Shared without messages.
    Lock,
}

/// A contestant as it takes part: with a name, and a mailbox of a certain size.
#[derive(Clone, Copy, Debug)]
pub struct Entrant {
    /// As the command line and the JSON name it.
    pub name: &'static str,
    /// As the tables name it, in Markdown.
    pub title: &'static str,
    /// What kind of thing it is.
    pub group: Group,
    /// The entrant it is compared with. A reference is compared with itself.
    pub reference: &'static str,
    /// The package whose version the report names.
    pub package: Option<&'static str>,
    /// What a reader has to know beside its figures.
    pub note: Option<&'static str>,
    capacity: usize,
    cannot: fn(Row) -> Option<&'static str>,
    time: fn(Row, Flavor, usize, u64) -> f64,
    memory: Option<fn(usize) -> Memory>,
}

impl Entrant {
    const fn new<C: Contestant>(
        name: &'static str,
        title: &'static str,
        group: Group,
        capacity: usize,
    ) -> Self {
        Self {
            name,
            title,
            group,
            reference: if capacity == 64 { "twin-64" } else { "twin-1024" },
            package: C::PACKAGE,
            note: C::NOTE,
            capacity,
            cannot: C::cannot,
            time: workload::run::<C>,
            memory: Some(memory::measure::<C>),
        }
    }

    /// The call of a method, without anything in between.
    const fn plain() -> Self {
        Self {
            cannot: plain::cannot,
            time: plain::time,
            memory: None,
            note: Some(plain::NOTE),
            ..Self::new::<Std>("plain", "a plain method call", Group::Lock, 1024)
        }
    }

    /// Whether it is what others are compared with.
    #[must_use]
    pub fn is_reference(&self) -> bool {
        self.name == self.reference
    }

    /// Whether several tasks may use it.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.cannot(Row::Call64).is_none()
    }

    /// Whether it has [memory](Self::memory) of its own.
    #[must_use]
    pub fn is_allocated(&self) -> bool {
        self.memory.is_some()
    }

    /// Why it has no figure in `row`, if it has none.
    #[must_use]
    pub fn cannot(&self, row: Row) -> Option<&'static str> {
        (self.cannot)(row)
    }

    /// Nanoseconds of CPU time per operation of `row`, over so many operations.
    ///
    /// # Panics
    ///
    /// If a message was lost or doubled, or the entrant [cannot](Self::cannot) do it.
    #[must_use]
    pub fn time(&self, row: Row, flavor: Flavor, operations: u64) -> f64 {
        assert_eq!(self.cannot(row), None, "{} has no {row}", self.name);
        (self.time)(row, flavor, self.capacity, operations)
    }

    /// What it allocates, if it is something that can be allocated.
    #[must_use]
    pub fn memory(&self) -> Option<Memory> {
        self.memory.map(|measure| measure(self.capacity))
    }
}

/// Everybody who takes part. Each is compared with a twin whose mailbox is as large as its own.
pub const ROSTER: &[Entrant] = &[
    Entrant::new::<Twin>("twin-1024", "hand-written `mpsc` + `oneshot`", Group::Twin, 1024),
    Entrant::new::<Generated>("actor-1024", "`#[actor]`", Group::Generated, 1024),
    Entrant::new::<Queued>("queued-1024", "`#[actor]`, always queued", Group::Generated, 1024),
    Entrant::new::<Twin>("twin-64", "hand-written, mailbox for 64", Group::Twin, 64),
    Entrant::new::<Generated>("actor-64", "`#[actor]`, mailbox for 64", Group::Generated, 64),
    #[cfg(feature = "peers")]
    Entrant::new::<Interthread>("interthread", "interthread", Group::Peer, 1024),
    #[cfg(feature = "peers")]
    Entrant::new::<Actify>("actify", "actify", Group::Peer, 1024),
    #[cfg(feature = "peers")]
    Entrant::new::<Xtra>("xtra", "xtra", Group::Peer, 1024),
    #[cfg(feature = "peers")]
    Entrant::new::<Ractor>("ractor", "ractor", Group::Peer, 1024),
    #[cfg(feature = "peers")]
    Entrant::new::<Rsactor>("rsactor", "rsactor", Group::Peer, 1024),
    #[cfg(feature = "peers")]
    Entrant::new::<Kameo>("kameo", "kameo", Group::Peer, 1024),
    #[cfg(feature = "peers")]
    Entrant::new::<Actix>("actix", "actix", Group::Peer, 1024),
    Entrant::new::<Tokio>("tokio-mutex", "`Arc<tokio::sync::Mutex>`", Group::Lock, 1024),
    Entrant::new::<Std>("std-mutex", "`Arc<std::sync::Mutex>`", Group::Lock, 1024),
    Entrant::new::<ParkingLot>("parking_lot", "`Arc<parking_lot::Mutex>`", Group::Lock, 1024),
    Entrant::plain(),
];

/// The entrant of this name.
#[must_use]
pub fn entrant(name: &str) -> Option<&'static Entrant> {
    ROSTER.iter().find(|entrant| entrant.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_takes_part() {
        for contestant in ROSTER {
            let reference = entrant(contestant.reference).expect("on the roster");
            assert!(reference.is_reference(), "{}", contestant.name);
            assert_eq!(reference.capacity, contestant.capacity);
        }
    }

    #[test]
    fn names_are_unique() {
        for entrant in ROSTER {
            assert_eq!(ROSTER.iter().filter(|other| other.name == entrant.name).count(), 1);
        }
    }

    #[test]
    fn everybody_loses_no_message() {
        for entrant in ROSTER {
            for row in Row::ALL.into_iter().filter(|row| entrant.cannot(*row).is_none()) {
                for &flavor in row.flavors() {
                    assert!(entrant.time(row, flavor, 128) > 0.0, "{} {row}", entrant.name);
                }
            }
        }
    }

    #[test]
    fn ours_and_the_twins_do_everything() {
        let all = |entrant: &&Entrant| matches!(entrant.group, Group::Generated | Group::Twin);
        for entrant in ROSTER.iter().filter(all) {
            assert!(Row::ALL.into_iter().all(|row| entrant.cannot(row).is_none()));
        }
    }
}
