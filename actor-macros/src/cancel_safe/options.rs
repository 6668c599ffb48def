//! The options of `#[cancel_safe(..)]`, for functions and for the handlers of an actor.
//!
//! Parsing only checks their syntax. The callers decide which of them are allowed where.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{
    LitStr, Path, Result, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream, Parser},
    parse_quote,
};

use crate::{diagnostics::Diagnostics, names};

const NAMES: &[&str] = &["trusted", "undelivered", "idempotent", "crate"];

const HELP: &str =
    "write `#[cancel_safe]`, or `#[cancel_safe(trusted = \"why\")]` to skip the check of the body";

pub(crate) struct Options {
    /// The author's reason for skipping the check of the body.
    pub(crate) trusted: Option<LitStr>,
    /// What happens to an unread reply; for handlers only.
    pub(crate) answer: Option<Answer>,
    /// The path of the runtime.
    pub(crate) krate: Path,
}

/// What an actor does with a reply whose caller is gone.
pub(crate) enum Answer {
    /// A method of the actor takes it back.
    Undelivered { option: Ident, method: Ident },
    /// Drops it, since running the handler twice is harmless.
    Idempotent { option: Ident },
}

/// Whether `path` is that of the attribute, with or without a module.
pub(crate) fn is_cancel_safe(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == "cancel_safe") && path.segments.len() <= 2
}

impl Answer {
    /// The name of the option, with the user's span.
    pub(crate) fn option(&self) -> &Ident {
        match self {
            Self::Undelivered { option, .. } | Self::Idempotent { option } => option,
        }
    }
}

impl Options {
    /// Parses what is between the parentheses. Reports mistakes, and skips them.
    pub(crate) fn parse(args: TokenStream, diagnostics: &mut Diagnostics) -> Self {
        let krate = parse_quote!(::actor_runtime);
        let mut options = Self { trusted: None, answer: None, krate };
        let read = |input: ParseStream<'_>| {
            while !input.is_empty() {
                options.read(input, diagnostics)?;
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        if let Err(error) = read.parse2(args) {
            diagnostics.report_syntax(&error, HELP);
        }
        options
    }

    /// Parses one option.
    fn read(&mut self, input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> Result<()> {
        let option = input.call(Ident::parse_any)?;
        let name = option.to_string();
        match name.as_str() {
            "trusted" => {
                let example = "\"why dropping the call is harmless\"";
                if let Some(why) = value(input, &option, example, diagnostics)? {
                    self.trust(&option, why, diagnostics);
                }
            }
            "undelivered" => {
                if let Some(method) = value(input, &option, "method", diagnostics)? {
                    self.answer_with(Answer::Undelivered { option, method }, diagnostics);
                }
            }
            "idempotent" => self.answer_with(Answer::Idempotent { option }, diagnostics),
            "crate" => {
                input.parse::<Token![=]>()?;
                self.krate = input.call(Path::parse_mod_style)?;
            }
            _ => {
                let help = match names::misspelled(&name, NAMES) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => HELP.to_owned(),
                };
                let message = format!("`#[cancel_safe]` has no option `{name}`");
                diagnostics.report(option, message, help);
                skip(input)?;
            }
        }
        Ok(())
    }

    fn trust(&mut self, option: &Ident, why: LitStr, diagnostics: &mut Diagnostics) {
        if why.value().trim().is_empty() {
            let message = "the reason is empty";
            diagnostics.report(&why, message, "say why dropping the call is harmless");
        }
        if self.trusted.is_some() {
            diagnostics.report(option, "`trusted` is given twice", "keep one of them");
        }
        self.trusted = Some(why);
    }

    fn answer_with(&mut self, answer: Answer, diagnostics: &mut Diagnostics) {
        if let Some(first) = &self.answer {
            let (option, first) = (answer.option(), first.option());
            let message = format!("`{option}` excludes `{first}`");
            let help = "a reply is either taken back or dropped: keep one of them";
            diagnostics.report(option, message, help);
        } else {
            self.answer = Some(answer);
        }
    }

    /// Reports an option about replies, which only handlers have.
    pub(crate) fn refuse_answer(&self, diagnostics: &mut Diagnostics) {
        if let Some(answer) = &self.answer {
            let option = answer.option();
            let message = format!("`{option}` is for handlers of an `#[actor]`");
            let help = format!(
                "remove `{option}`: the output of a plain function is dropped with its future"
            );
            diagnostics.report(option, message, help);
        }
    }
}

/// Parses `= value`. Returns `None` if it is missing or does not parse, which is reported.
fn value<T: Parse>(
    input: ParseStream<'_>,
    option: &Ident,
    example: &str,
    diagnostics: &mut Diagnostics,
) -> Result<Option<T>> {
    let ahead = input.fork();
    if ahead.parse::<Token![=]>().is_ok() && ahead.parse::<T>().is_ok() {
        input.parse::<Token![=]>()?;
        return input.parse().map(Some);
    }
    let help = format!("write `{option} = {example}`");
    diagnostics.report(option, format!("`{option}` needs a value"), help);
    skip(input)?;
    Ok(None)
}

/// Skips to the next option.
fn skip(input: ParseStream<'_>) -> Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
