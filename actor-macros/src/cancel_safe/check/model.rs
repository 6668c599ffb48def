//! What the check hands to `expand`: where the body asks the compiler, and what.

use std::{any::TypeId, collections::HashMap};

use proc_macro2::TokenStream;
use syn::{Block, Expr, Local, Macro};

use super::macros::Macros;

/// Tells a piece of syntax from every other one, also where their spans are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Spot(usize, TypeId);

/// A piece of syntax that the check knows something about.
///
/// Its spot is its address, and its type, since it may begin where its first part does. The body is
/// checked and then rewritten in place, and nothing moves in between.
pub(crate) trait Node: Sized + 'static {
    fn spot(&self) -> Spot {
        Spot(std::ptr::from_ref(self).addr(), TypeId::of::<Self>())
    }
}

impl Node for Block {}
impl Node for Expr {}
impl Node for Local {}
impl Node for Macro {}

impl<N: Node> Node for Box<N> {
    fn spot(&self) -> Spot {
        (**self).spot()
    }
}

/// One question, put by rewriting an expression.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// A method call: refused in these words if it takes its receiver by `&mut`.
    Look(Words),
    /// A call, an assignment or a `&mut` that changes a local: refused in these words if one of these
    /// places is a guard.
    Unguarded(Words, Vec<NamedPlace>),
    /// A place: lent as shared.
    Freeze,
    /// A place that is used by value: a copy, or refused.
    Copy,
    /// A value that may be a guard: as one that only looks.
    Probe,
    /// The receiver of a method call: a type on which a second time changes nothing more.
    Settled,
    /// A call that gives a `&mut`: a `&` in its place.
    Share,
    /// The receiver of a method call: a type that gives something, or does not change.
    AllOrNothing,
    /// An expression that makes a future, which is awaited later: asked here.
    Ask,
    /// What is awaited was asked where it was made.
    Asked,
    /// What is awaited is called on this local, which has to stand for something shared.
    Outlives(TokenStream),
    /// The same for a receiver without a name.
    Outliving,
    /// A wait is given this local, through which nothing may be changed.
    Frozen(TokenStream),
    /// A word: what is in its parentheses.
    Word,
    /// A macro of which nothing is known: these variables in it are lent as shared.
    FreezeNames(Vec<String>),
    /// A macro: put a second time where an `.await` in it is an error.
    NoAwait,
}

/// A place that starts from a local, `guard.items`.
#[derive(Clone, Debug)]
pub(crate) struct NamedPlace {
    pub(crate) place: TokenStream,
    /// Whether a closure was given it by what others have, too: a `&mut` is like a guard.
    pub(crate) is_given: bool,
}

/// An error message, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) message: String,
    pub(crate) help: String,
}

/// All questions about one body.
#[derive(Default)]
pub(crate) struct Model {
    /// In the order in which they are applied.
    edits: HashMap<Spot, Vec<Edit>>,
    /// The macros whose tokens are expressions.
    pub(crate) macros: Macros,
    /// The arguments that have to be copies or shared handles.
    pub(crate) arguments: Vec<TokenStream>,
}

impl Model {
    pub(super) fn add<N: Node>(&mut self, node: &N, edit: Edit) {
        self.edits.entry(node.spot()).or_default().push(edit);
    }

    /// Takes what is to be done to a node.
    pub(crate) fn take<N: Node>(&mut self, node: &N) -> Vec<Edit> {
        self.edits.remove(&node.spot()).unwrap_or_default()
    }

    /// Whether it is left to the compiler if a call changes what it is called on.
    #[allow(dead_code, reason = "for the tool that measures the check on published crates")]
    pub(crate) fn asks_about_changes(&self) -> bool {
        self.edits.values().flatten().any(|edit| matches!(edit, Edit::Look(_)))
    }
}
