//! Checks the options of `#[actor(..)]`.

use std::collections::HashSet;

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Expr, ExprLit, Lit, Path};

use crate::{
    actor::model::{First, Mailbox, Threads},
    diagnostics::Diagnostics,
    names,
    options::{self, AttributeOption},
    syntax,
};

const KNOWN: &str = "the options are `mailbox = 128`, `mailbox = unbounded`, `handle = Name`, \
                     `message = Name`, `crate = path`, `local`, `inline = false`, `first = mailbox`, \
                     `first = sources`, `messages_if = self.is_ready`, `busy_if = self.is_working`, \
                     `keep_alive` and `remote`";
const KEYS: &[&str] = &[
    "mailbox",
    "handle",
    "message",
    "crate",
    "local",
    "inline",
    "first",
    "messages_if",
    "busy_if",
    "keep_alive",
    "remote",
];

/// What options are called in other libraries, with their names here.
const OTHER_KEYS: &[(&str, &str)] = &[
    ("buffer", "mailbox"),
    ("capacity", "mailbox"),
    ("channel", "mailbox"),
    ("mailbox_size", "mailbox"),
    ("queue", "mailbox"),
    ("size", "mailbox"),
    ("unbounded", "mailbox = unbounded"),
    ("name", "handle"),
    ("msg", "message"),
    ("not_send", "local"),
    ("thread", "local"),
];

pub(super) struct Options {
    pub(super) krate: Path,
    pub(super) mailbox: Mailbox,
    pub(super) handle: Option<Ident>,
    pub(super) message: Option<Ident>,
    pub(super) threads: Threads,
    pub(super) first: First,
    /// The key `first`, if it is given.
    pub(super) first_key: Option<Ident>,
    pub(super) is_inline: bool,
    /// The condition under which messages are taken, and its key.
    pub(super) messages_if: Option<(Ident, Expr)>,
    /// The condition under which the actor does not end, and its key.
    pub(super) busy_if: Option<(Ident, Expr)>,
    pub(super) is_kept_alive: bool,
    /// The key `remote`, and the path to `actor_remote`.
    pub(super) remote: Option<(Ident, Path)>,
}

pub(super) fn check(
    syntax: options::Options,
    actor: Option<&Ident>,
    diagnostics: &mut Diagnostics,
) -> Options {
    let mut options = Options {
        krate: names::runtime(),
        mailbox: Mailbox::Default,
        handle: None,
        message: None,
        threads: Threads::Any,
        first: First::Neither,
        first_key: None,
        is_inline: true,
        messages_if: None,
        busy_if: None,
        is_kept_alive: false,
        remote: None,
    };
    let mut seen = HashSet::new();
    for option in syntax.options {
        if seen.insert(option.key.to_string()) {
            options.set(option, diagnostics);
        } else {
            let key = &option.key;
            diagnostics.report(key, format!("option `{key}` is given twice"), "keep one of them");
        }
    }
    if let Some(error) = syntax.error {
        diagnostics.report_syntax(&error, KNOWN);
    }
    options.names(actor, diagnostics);
    options
}

impl Options {
    /// Reports equal names for the actor, its handle and its message.
    fn names(&mut self, actor: Option<&Ident>, diagnostics: &mut Diagnostics) {
        let handle = self.handle.clone();
        for name in [&mut self.handle, &mut self.message] {
            if name.is_some() && name.as_ref() == actor {
                let message = "this is already the name of the actor";
                diagnostics.report(name.take(), message, "choose another name");
            }
        }
        if self.message.is_some() && self.message == handle {
            let message = "this is already the name of the handle";
            diagnostics.report(self.message.take(), message, "choose another name");
        }
    }

    fn set(&mut self, option: AttributeOption, diagnostics: &mut Diagnostics) {
        let AttributeOption { key, value } = option;
        match (key.to_string().as_str(), value) {
            ("mailbox", Some(value)) => self.mailbox = mailbox(value, diagnostics),
            ("handle", Some(value)) => self.handle = name(&key, &value, diagnostics),
            ("message", Some(value)) => self.message = name(&key, &value, diagnostics),
            ("crate", Some(value)) => {
                if let Some(path) = path(&key, &value, "actor_runtime", diagnostics) {
                    self.krate = path;
                }
            }
            ("remote", value) => {
                let krate = remote(&key, value.as_ref(), diagnostics);
                self.remote = krate.map(|krate| (key, krate));
            }
            ("first", value) => {
                if let Some(first) = first(&key, value, diagnostics) {
                    self.first = first;
                    self.first_key = Some(key);
                }
            }
            ("inline", value) => self.is_inline = inline(&key, value.as_ref(), diagnostics),
            ("messages_if", Some(value)) => self.messages_if = Some((key, value)),
            ("messages_if", None) => {
                let help = "write when messages are taken: `messages_if = self.is_ready`";
                diagnostics.report(key, "option `messages_if` needs a condition", help);
            }
            ("busy_if", Some(value)) => self.busy_if = Some((key, value)),
            ("busy_if", None) => {
                let help = "write when the actor has work to complete: \
                            `busy_if = !self.pending.is_empty()`";
                diagnostics.report(key, "option `busy_if` needs a condition", help);
            }
            ("keep_alive", None) => self.is_kept_alive = true,
            ("keep_alive", Some(value)) => {
                let message = "option `keep_alive` takes no value";
                diagnostics.report(value, message, "write `keep_alive`");
            }
            ("local", None) => self.threads = Threads::One,
            ("local", Some(value)) => {
                diagnostics.report(value, "option `local` takes no value", "write `local`");
            }
            ("mailbox", None) => {
                let message = "option `mailbox` needs a value";
                diagnostics.report(key, message, "write `mailbox = 128` or `mailbox = unbounded`");
            }
            ("handle" | "message", None) => {
                let help = format!("write `{key} = Name`");
                diagnostics.report(&key, format!("option `{key}` needs a name"), help);
            }
            ("crate", None) => {
                let help = "write `crate = path::to::actor_runtime`";
                diagnostics.report(key, "option `crate` needs a path", help);
            }
            (unknown, _) => report_unknown(&key, unknown, diagnostics),
        }
    }
}

fn report_unknown(key: &Ident, text: &str, diagnostics: &mut Diagnostics) {
    let message = format!("`#[actor]` has no option `{text}`");
    let other = OTHER_KEYS.iter().find(|(other, _)| *other == text);
    match other.map(|(_, key)| *key).or_else(|| names::misspelled(text, KEYS)) {
        Some(meant) => diagnostics.report(key, message, format!("did you mean `{meant}`? {KNOWN}")),
        None => diagnostics.report(key, message, KNOWN),
    }
}

fn mailbox(value: Expr, diagnostics: &mut Diagnostics) -> Mailbox {
    let help = "write how many messages may wait, `mailbox = 128`, or `mailbox = unbounded`";
    match ungrouped(&value) {
        Expr::Path(path) if path.path.is_ident("unbounded") => Mailbox::Unbounded,
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) if number.base10_digits() == "0" => {
            diagnostics.report(number, "a mailbox of capacity 0 can never accept a message", help);
            Mailbox::Default
        }
        Expr::Lit(ExprLit { lit: Lit::Int(_), .. }) => Mailbox::Bounded(Box::new(value)),
        Expr::Lit(_) | Expr::Unary(_) => {
            let message = format!("`{}` is not a number of messages", syntax::printed(&value));
            diagnostics.report(value, message, help);
            Mailbox::Default
        }
        _ => Mailbox::Bounded(Box::new(value)),
    }
}

fn first(key: &Ident, value: Option<Expr>, diagnostics: &mut Diagnostics) -> Option<First> {
    let help = "write `first = mailbox` or `first = sources`; without it they take turns";
    let Some(value) = value else {
        diagnostics.report(key, "option `first` needs a value", help);
        return None;
    };
    match ungrouped(&value) {
        Expr::Path(path) if path.path.is_ident("mailbox") => Some(First::Mailbox),
        Expr::Path(path) if path.path.is_ident("sources") => Some(First::Sources),
        _ => {
            let text = syntax::printed(&value);
            let message =
                format!("option `first` needs `mailbox` or `sources`, and `{text}` is neither");
            diagnostics.report(value, message, help);
            None
        }
    }
}

fn inline(key: &Ident, value: Option<&Expr>, diagnostics: &mut Diagnostics) -> bool {
    let help = "write `inline = false` to run every handler in the actor's own task";
    match value.map(ungrouped) {
        Some(Expr::Lit(ExprLit { lit: Lit::Bool(is_inline), .. })) => return is_inline.value,
        Some(value) => {
            let text = syntax::printed(value);
            let message =
                format!("option `inline` needs `true` or `false`, and `{text}` is neither");
            diagnostics.report(value, message, help);
        }
        None => diagnostics.report(key, "option `inline` needs `true` or `false`", help),
    }
    true
}

fn name(key: &Ident, value: &Expr, diagnostics: &mut Diagnostics) -> Option<Ident> {
    // Parsed again because a path may be a keyword such as `crate`, and a name may not.
    let ident = match ungrouped(value) {
        Expr::Path(path) => syn::parse2::<Ident>(path.to_token_stream()).ok(),
        _ => None,
    };
    if ident.is_none() {
        let value_text = syntax::printed(value);
        let message = format!("option `{key}` needs a name, and `{value_text}` is not one");
        diagnostics.report(value, message, format!("write `{key} = Name`"));
    }
    ident
}

/// The path to `actor_remote`. If that is missing, it is reported at the option that needs it.
fn remote(key: &Ident, value: Option<&Expr>, diagnostics: &mut Diagnostics) -> Option<Path> {
    if let Some(value) = value {
        return path(key, value, "actor_remote", diagnostics);
    }
    let mut krate = names::absolute_path(&["actor_remote"]);
    for segment in &mut krate.segments {
        segment.ident.set_span(segment.ident.span().located_at(key.span()));
    }
    Some(krate)
}

/// The path to a crate.
fn path(key: &Ident, value: &Expr, krate: &str, diagnostics: &mut Diagnostics) -> Option<Path> {
    match ungrouped(value) {
        Expr::Path(path) if path.qself.is_none() => Some(path.path.clone()),
        _ => {
            let text = syntax::printed(value);
            let message = format!("option `{key}` needs a path, and `{text}` is not one");
            let help = format!("write `{key} = path::to::{krate}`, without quotes");
            diagnostics.report(value, message, help);
            None
        }
    }
}

/// The expression inside the invisible groups that `macro_rules!` leaves.
fn ungrouped(value: &Expr) -> &Expr {
    match value {
        Expr::Group(group) => ungrouped(&group.expr),
        _ => value,
    }
}
