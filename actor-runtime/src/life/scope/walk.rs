//! The order in which a shutdown comes to the members.

use std::collections::HashSet;

use crate::{
    life::scope::{
        member::{Life, Member, What},
        members::Members,
    },
    sync::Arc,
};

/// Walks through a scope and those nested in it, from the last member to the first.
///
/// A pass over everything ends the walk only if it finds no actor, since actors may be added meanwhile.
pub(super) struct Walk {
    roots: Vec<Root>,
    /// The scopes that the walk is in, the innermost last.
    path: Vec<Frame>,
    /// The ids of actors that remain where they are.
    passed: HashSet<usize>,
}

/// A scope that is walked through, and the name of the actor whose children it has.
#[derive(Clone)]
struct Root {
    scope: Arc<Members>,
    parent: Option<Arc<str>>,
}

struct Frame {
    root: Root,
    /// Members from this id on were visited in this pass.
    below: usize,
}

/// An actor, and where it was found.
pub(super) struct Found {
    pub(super) life: Arc<dyn Life>,
    pub(super) parent: Option<Arc<str>>,
    pub(super) id: usize,
    scope: Arc<Members>,
}

impl Found {
    /// Removes the actor from its scope.
    pub(super) fn remove(&self) {
        self.scope.remove(self.id);
    }
}

impl Walk {
    pub(super) fn new(scope: Arc<Members>) -> Self {
        let roots = vec![Root { scope, parent: None }];
        Self { roots, path: Vec::new(), passed: HashSet::new() }
    }

    /// Returns the next actor, and closes the scopes on the way. Comes back to an actor that was neither
    /// removed nor passed.
    pub(super) fn next(&mut self) -> Option<Found> {
        let mut is_whole_pass = self.path.is_empty();
        if is_whole_pass {
            self.begin_pass();
        }
        loop {
            let Some(Frame { root, below }) = self.path.last_mut() else {
                if is_whole_pass {
                    return None;
                }
                is_whole_pass = true;
                self.begin_pass();
                continue;
            };
            let Some(Member { id, what }) = root.scope.last_below(*below) else {
                self.path.pop();
                continue;
            };
            *below = id;
            let Root { scope, parent } = root.clone();
            match what {
                What::Actor(_) if self.passed.contains(&id) => {}
                What::Actor(life) => return Some(Found { life, parent, id, scope }),
                What::Scope(nested) => {
                    let nested = nested.upgrade().map(|scope| Root { scope, parent });
                    self.path.extend(nested.map(Frame::new));
                }
            }
        }
    }

    /// Does not return this actor again.
    pub(super) fn pass(&mut self, found: &Found) {
        self.passed.insert(found.id);
    }

    /// Returns the number of actors passed.
    pub(super) fn passed(&self) -> usize {
        self.passed.len()
    }

    /// Continues with the children of an actor.
    pub(super) fn enter(&mut self, children: Arc<Members>, parent: &str) {
        let root = Root { scope: children, parent: Some(parent.into()) };
        self.roots.push(root.clone());
        self.path.push(Frame::new(root));
    }

    fn begin_pass(&mut self) {
        self.path.extend(self.roots.iter().cloned().map(Frame::new));
    }
}

impl Frame {
    fn new(root: Root) -> Self {
        Self { root, below: usize::MAX }
    }
}
