//! Where `break` and `continue` go.

use syn::{Label, Lifetime};

/// The loops and labelled blocks around a point, and what a walk knows of each.
pub(super) struct Targets<T>(Vec<Target<T>>);

struct Target<T> {
    label: Option<Lifetime>,
    is_loop: bool,
    known: T,
}

impl<T> Targets<T> {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn enter(&mut self, label: Option<&Label>, is_loop: bool, known: T) {
        let label = label.map(|label| label.name.clone());
        self.0.push(Target { label, is_loop, known });
    }

    pub(super) fn leave(&mut self) -> Option<T> {
        self.0.pop().map(|target| target.known)
    }

    /// The target of a jump with this label, or without one.
    pub(super) fn of(&mut self, label: Option<&Lifetime>) -> Option<&mut T> {
        let target = self.0.iter_mut().rev().find(|target| match label {
            Some(_) => target.label.as_ref() == label,
            None => target.is_loop,
        });
        target.map(|target| &mut target.known)
    }
}
