//! What is said about each mistake.
//!
//! One error for each, under the syntax that has to change. Where one line is the fix, the help ends
//! with that line in backticks, to be pasted over what is underlined.

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::{
    model::Words,
    text::{code, text},
};

/// One mistake.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) caret: TokenStream,
    pub(crate) message: String,
    pub(crate) help: String,
    order: usize,
}

#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) findings: Vec<Finding>,
}

const KEEP: &str = "keep it in `self`, or behind a `&mut` argument";
const SKIP: &str = "keep its result in `self`, and skip it if it is there: `if self.x.is_none() { self.x = Some(..) }`";
const LATER: &str = "move it behind the last `.await`";
const HARMLESS: &str = "if doing it again is harmless, write";

/// What is too early: an `.await` follows.
fn is_early(act: String) -> String {
    format!(
        "{act} and an `.await` follows: if the call is dropped there, calling the function again repeats it"
    )
}

impl Report {
    /// Adds a mistake; `order` says where in the source it is.
    pub(super) fn add(&mut self, order: usize, at: &impl ToTokens, words: Words) {
        let Words { message, help } = words;
        let caret = at.to_token_stream();
        let is_known = self.findings.iter().any(|known| {
            let is_here = known.order == order && order > 0;
            // A local that is lost is lost once.
            known.help == help && (is_here || help == KEEP && known.message == message)
        });
        if !is_known {
            let place = self.findings.partition_point(|known| known.order <= order);
            self.findings.insert(place, Finding { caret, message, help, order });
        }
    }
}

impl Words {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }

    /// The same for a handler that waits nowhere: it is its answer that may be dropped.
    pub(super) fn about_answer(self) -> Self {
        let message = self.message.replace(
            "an `.await` follows: if the call is dropped there",
            "its answer may never be read: in that case",
        );
        let help = self.help.replace(
            "move it behind the last `.await`; if",
            "take the answer back, `#[cancel_safe(undelivered = method)]`; if",
        );
        Self { message, help }
    }
}

/// A call that changes a place, before a wait.
pub(super) fn changes(call: &impl ToTokens, place: &str, takes: bool) -> Words {
    let (call, code) = (text(call), code(call));
    let help = match takes {
        true => format!(
            "look at it first and take it after the last `.await`, or leave with it: `if let Some(x) = {code} {{ return x; }}`"
        ),
        false => format!("{LATER}; {HARMLESS} `repeatable({code})`"),
    };
    Words::new(is_early(format!("`{call}` changes `{place}`")), help)
}

/// The same where a value is matched on, and no wait follows where it is.
pub(super) fn may_take(call: &impl ToTokens, place: &str) -> Words {
    let (call, code) = (text(call), code(call));
    Words::new(
        is_early(format!("`{call}` changes `{place}`"))
            .replace("follows:", "follows where it gives nothing:"),
        format!("if it changes nothing unless it gives something, write `all_or_nothing({code})`"),
    )
}

/// An act through a shared reference, or on the world.
pub(super) fn acts(call: &impl ToTokens) -> Words {
    let (call, code) = (text(call), code(call));
    let help = format!("{LATER}; {HARMLESS} `repeatable({code})`");
    Words::new(is_early(format!("`{call}` acts")), help)
}

/// An assignment before a wait.
pub(super) fn assigns(
    whole: &impl ToTokens,
    place: &impl ToTokens,
    value: Option<&syn::Expr>,
) -> Words {
    let (whole, place) = (text(whole), text(place));
    let help = value.map_or(LATER.to_owned(), |value| {
        format!("{LATER}; {HARMLESS} `{place} = repeatable({})`", code(value))
    });
    Words::new(is_early(format!("`{whole}` changes `{place}`")), help)
}

/// `&mut place` that is passed on before a wait.
pub(super) fn lends(call: Option<String>, place: &impl ToTokens) -> Words {
    let help = "lend it with `&`, or do this behind the last `.await`";
    let help =
        call.map_or(help.to_owned(), |call| format!("{help}; {HARMLESS} `repeatable({call})`"));
    Words::new(is_early(format!("`{}` is lent to be changed", text(place))), help)
}

/// A wait that has completed when a later one is reached.
pub(super) fn repeats(wait: &str, later: &str, can_repeat: bool) -> Words {
    let help = match can_repeat {
        true => format!("{SKIP}; {HARMLESS} `repeatable({wait})`"),
        false => SKIP.to_owned(),
    };
    Words::new(
        format!(
            "`{wait}` has completed when the call waits for `{later}`: if it is dropped there, calling the function again waits for `{wait}` again"
        ),
        help,
    )
}

/// How to keep a value in an `Option` that is asked for first, so that it is not waited for twice.
pub(super) fn keeps_nothing(noted: &syn::ExprAssign, output: &syn::ReturnType) -> String {
    let (place, value) = (code(&noted.left), code(&noted.right));
    let kept = match output {
        syn::ReturnType::Type(_, ty) if is_option(ty) => format!("{value}?"),
        output => {
            let given = if matches!(output, syn::ReturnType::Default) { "" } else { " .." };
            format!("match {value} {{ Some(value) => value, None => return{given} }}")
        }
    };
    format!("`None` is waited for again, so leave with it: write `{place} = Some({kept})`")
}

fn is_option(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(it)
        if it.path.segments.last().is_some_and(|last| last.ident == "Option"))
}

/// A wait that may be repeated, behind one that may not.
pub(super) fn pauses_late(wait: &str) -> Words {
    Words::new(
        format!(
            "`{wait}` waits behind another `.await`: if the call is dropped here, calling the function again waits for both"
        ),
        format!(
            "move `repeatable({wait}).await` to the start of the function or of the loop's turn"
        ),
    )
}

/// A guard or a loop that may run again, because what it asks is written later.
pub(super) fn undoes(block: &str, later: &str) -> Words {
    Words::new(
        format!(
            "`{block}` may not be skipped when the call is dropped at `{later}` and made again: what it asks has changed since"
        ),
        "keep what it asks until after the last `.await`",
    )
}

/// A local that is changed in one turn and read in the next.
pub(super) fn carries(place: &impl ToTokens) -> Words {
    let place = text(place);
    Words::new(
        format!(
            "`{place}` lives only in this call and is carried from one `.await` to the next: it starts over if the call is dropped in between"
        ),
        KEEP,
    )
}

/// A local that was made from a place which a turn changes.
pub(super) fn is_stale(name: &impl ToTokens, place: &str) -> Words {
    let name = text(name);
    Words::new(
        format!(
            "`{name}` was made from `{place}`, which has changed since: another call would see another value"
        ),
        format!("look at `{place}` where it is needed, or keep the value in `self`"),
    )
}

/// A question that was asked before a turn which changes the answer.
pub(super) fn decides(question: &str, place: &str) -> Words {
    Words::new(
        format!(
            "`{question}` decides whether a later `.await` is reached, and `{place}` is changed between the two: another call would decide otherwise"
        ),
        format!(
            "ask it inside of the loop or block that changes `{place}`; if the answer stays the same, write `repeatable({question})`"
        ),
    )
}

/// A local that a wait fills.
pub(super) fn loses(what: &impl ToTokens) -> Words {
    let what = text(what);
    Words::new(
        format!(
            "what `{what}` collects lives only in this call, and is lost if the call is dropped at this `.await`"
        ),
        KEEP,
    )
}

pub(super) fn loses_self() -> Words {
    Words::new(
        "`self` belongs to this call, and is lost with all that is in it if the call is dropped",
        "take `&mut self`",
    )
}

pub(super) fn loses_position() -> Words {
    Words::new(
        "how far this `for` loop has come is lost if the call is dropped in it",
        "keep the position in `self` and use `while`",
    )
}

/// A pattern of a branch that does not take what its future gives.
pub(super) fn loses_unmatched() -> Words {
    Words::new(
        "what does not fit this pattern is lost, and the other branches wait on",
        "bind the value, and look at it in the handler",
    )
}

/// A macro with an `.await` in it.
pub(super) fn hides_await(mac: &str) -> Words {
    Words::new(
        format!("the check cannot see the `.await` inside of `{mac}!`"),
        "move it out of the macro: `let value = future.await;`",
    )
}

/// A macro with variables of the body in it.
pub(super) fn hides_variables() -> Words {
    Words::new(
        "the check cannot see what this macro does with variables of the body",
        "define it outside of the function, and pass them to it",
    )
}

/// A macro that may wait in a way that is not known.
pub(super) fn hides(mac: &str) -> Words {
    Words::new(
        format!("the check does not know this `{mac}!`"),
        "write `tokio::select!`, or `actor_runtime::select!`",
    )
}

pub(super) fn joins(mac: &str) -> Words {
    Words::new(
        format!(
            "`{mac}!` holds what its first branches gave, and it is lost if the call is dropped while the others wait"
        ),
        "wait for one after the other, or with `select!` in a loop, and store each result in `self`",
    )
}

pub(super) fn pins(mac: &str) -> Words {
    Words::new(
        format!("the check cannot see what `{mac}!` pins"),
        "write `let mut name = std::pin::pin!(future);`",
    )
}

/// `all_or_nothing` where its value does not decide what follows.
pub(super) fn must_be_matched(call: &impl ToTokens) -> Words {
    let call = text(call);
    Words::new(
        format!("`{call}` may take a value, and an `.await` follows also where it did"),
        "match on it, and do not wait where the value is: `if let Some(x) = all_or_nothing(..) { return x; }`",
    )
}

/// `repeatable` around a wait whose value does not come again.
pub(super) fn does_not_come_again(wait: &str) -> Words {
    Words::new(format!("what `{wait}` gives does not come again, so it is not repeatable"), SKIP)
}

/// A handler that is said to be idempotent, and is not.
pub(super) fn is_not_idempotent(act: &impl ToTokens, takes: bool) -> Words {
    let act = text(act);
    match takes {
        true => Words::new(
            format!("what `{act}` takes is lost if the answer is never read"),
            "give it back, `#[cancel_safe(undelivered = method)]`",
        ),
        false => Words::new(
            format!("`{act}` done twice is not the same as done once"),
            "leave out `idempotent`, or say why, `#[cancel_safe(trusted = \"why\")]`",
        ),
    }
}

pub(super) fn is_too_deep() -> Words {
    Words::new(
        "this body is too deep to be checked",
        "move parts of it into functions of their own",
    )
}

pub(super) fn has_no_reason() -> Words {
    Words::new("an empty reason is none", "say why dropping the future is harmless")
}

/// A future that is used otherwise than by waiting for it.
pub(super) fn polls(name: &impl ToTokens) -> Words {
    let name = text(name);
    Words::new(
        format!("`{name}` is a future, and here it is not awaited"),
        "wait for it with `.await` or `select!`",
    )
}
