//! The body as the rules see it.
//!
//! Of the forty kinds of expressions that Rust has, few matter here: places that are read, lent and
//! written, calls, waits, branches, loops and jumps. [`super::lower`] makes these out of syntax, and
//! [`super::flow`] runs over them.

use super::{
    known::Manner,
    place::{Caret, LocalId, Place, Spot},
};

/// A local of the body.
#[derive(Debug)]
pub(super) struct Local {
    pub(super) name: String,
    /// Whether it was declared `mut`. Methods cannot change what was not.
    pub(super) is_mutable: bool,
    /// Where it comes from.
    pub(super) origin: Origin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Made by the body, or copied.
    Own,
    /// An argument that the caller has given away.
    Argument,
    /// A reference that moves along what it refers to.
    Cursor,
}

#[derive(Debug)]
pub(super) enum Step {
    /// A literal, a constant: nothing that matters.
    Idle,
    Read(Place),
    /// `&mut place`.
    Lend(Place),
    /// All of them, one after the other; the value is made of all.
    All(Vec<Step>),
    /// The statements of a block; the value is the last one's.
    Block(Vec<Step>),
    /// A statement whose value is thrown away.
    Discard(Box<Step>),
    /// A pattern that gives names to a value.
    Bind(Vec<LocalId>, Box<Step>),
    /// `place = value`.
    Assign(Write),
    /// `place += value`: a second time gives another result.
    Update(Write),
    Call(Call),
    Closure(Closure),
    Wait(Wait),
    Branch(Branch),
    Loop(Loop),
    /// A block with a label to break to.
    Labelled(String, Box<Step>),
    Jump(Jump),
    /// Something that no body may contain (CS7).
    Refused(Refusal),
}

#[derive(Debug)]
pub(super) struct Write {
    pub(super) place: Place,
    pub(super) value: Box<Step>,
    pub(super) text: String,
    /// Whether all of the place is replaced, and not only a field of it.
    pub(super) is_whole: bool,
}

#[derive(Debug)]
pub(super) struct Call {
    /// `None` for a function.
    pub(super) receiver: Option<Box<Step>>,
    /// What the call works on: the receiver, or what a function is lent.
    pub(super) place: Option<Place>,
    pub(super) arguments: Vec<Step>,
    pub(super) manner: Manner,
    pub(super) text: String,
    /// The name of what is called.
    pub(super) caret: Caret,
    /// Where to leave a doubt to the borrow checker; `None` where the call cannot be rewritten.
    pub(super) spot: Option<Spot>,
    /// Whether its value is the future that is awaited, so that nothing has happened yet.
    pub(super) is_future: bool,
}

/// A closure, or an async block: it runs nobody knows when.
#[derive(Debug)]
pub(super) struct Closure {
    pub(super) captures: Vec<Place>,
    pub(super) changes: Vec<Place>,
}

#[derive(Debug)]
pub(super) struct Wait {
    /// What makes the future.
    pub(super) future: Box<Step>,
    /// The word `await`.
    pub(super) caret: Caret,
    pub(super) text: String,
    /// Whether the body says that doing it again is harmless.
    pub(super) is_repeatable: bool,
}

#[derive(Debug)]
pub(super) struct Branch {
    /// What decides between the arms.
    pub(super) on: Box<Step>,
    pub(super) arms: Vec<Arm>,
}

#[derive(Debug)]
pub(super) struct Arm {
    pub(super) binds: Vec<LocalId>,
    /// What the names hold, where it is not the value that was branched on.
    pub(super) gives: Option<String>,
    pub(super) guard: Step,
    pub(super) body: Step,
    /// Whether the pattern says that nothing was there to be taken: `None`.
    pub(super) is_empty_handed: bool,
}

#[derive(Debug)]
pub(super) struct Loop {
    pub(super) label: Option<String>,
    pub(super) head: Head,
    pub(super) body: Box<Step>,
}

#[derive(Debug)]
pub(super) enum Head {
    /// `loop`.
    Forever,
    /// `while`, with its condition.
    While(Box<Step>),
    For {
        binds: Vec<LocalId>,
        items: Box<Step>,
    },
}

#[derive(Debug)]
pub(super) enum Jump {
    Break {
        label: Option<String>,
        value: Box<Step>,
    },
    Continue {
        label: Option<String>,
    },
    /// `return`, or a macro that panics.
    Leave(Box<Step>),
}

#[derive(Debug)]
pub(super) enum Refusal {
    /// `join!`, which holds the results of the branches that finish first.
    Join { name: String, caret: Caret },
    /// A macro with an `.await` in it.
    Hidden { name: String, caret: Caret },
    /// Syntax that is not understood, with an `.await` in it.
    Unreadable { caret: Caret },
}
