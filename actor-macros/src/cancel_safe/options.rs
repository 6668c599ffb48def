//! The options of `#[cancel_safe(..)]`, for functions and for the handlers of an actor.
//!
//! Parsing asks for their shape only. Which of them make sense where is asked by who uses them.

use proc_macro2::{Ident, TokenStream};
use syn::{
    Error, LitStr, Path, Result, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream, Parser},
    parse_quote,
};

use crate::{diagnostics::Diagnostics, names};

const NAMES: &[&str] = &["trusted", "undelivered", "idempotent", "crate"];

pub(crate) struct Options {
    /// Why the body needs no check: its author says so.
    pub(crate) trusted: Option<LitStr>,
    /// What becomes of an answer nobody takes; for handlers only.
    pub(crate) answer: Option<Answer>,
    /// The path of the runtime.
    pub(crate) krate: Path,
}

/// What an actor does with the answer of a handler when its caller is gone.
pub(crate) enum Answer {
    /// A method of the actor takes it back.
    #[cfg_attr(not(test), expect(dead_code, reason = "`#[actor]` reads the method"))]
    Undelivered { option: Ident, method: Ident },
    /// It may be thrown away, since doing it twice is harmless.
    Idempotent { option: Ident },
}

impl Answer {
    /// The name of the option, as the user wrote it.
    pub(crate) fn option(&self) -> &Ident {
        match self {
            Self::Undelivered { option, .. } | Self::Idempotent { option } => option,
        }
    }
}

/// One option as it is written.
enum Written {
    Trusted { option: Ident, why: LitStr },
    Answer(Answer),
    Crate { path: Path },
}

impl Options {
    /// Reads what is between the parentheses. What is wrong is reported and left out.
    pub(crate) fn parse(args: TokenStream, diagnostics: &mut Diagnostics) -> Self {
        let mut options =
            Self { trusted: None, answer: None, krate: parse_quote!(::actor_runtime) };
        let written = |input: ParseStream<'_>| {
            while !input.is_empty() {
                options.add(input.parse()?, diagnostics);
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        if let Err(error) = written.parse2(args) {
            diagnostics.report_syntax(error);
        }
        options
    }

    fn add(&mut self, written: Written, diagnostics: &mut Diagnostics) {
        match written {
            Written::Trusted { why, .. } if why.value().trim().is_empty() => {
                let message = "an empty reason is none";
                diagnostics.report(&why, message, "say why dropping the call is harmless");
                self.trusted = Some(why);
            }
            Written::Trusted { option, why } => {
                if self.trusted.is_some() {
                    diagnostics.report(option, "`trusted` is given twice", "keep one of them");
                }
                self.trusted = Some(why);
            }
            Written::Answer(answer) => {
                if let Some(first) = &self.answer {
                    let first = first.option();
                    let message = format!("`{}` does not go with `{first}`", answer.option());
                    let help =
                        "either the answer is taken back, or it may be lost: keep one of them";
                    diagnostics.report(answer.option(), message, help);
                    return;
                }
                self.answer = Some(answer);
            }
            Written::Crate { path } => self.krate = path,
        }
    }

    /// Outside of `#[actor]` there is no answer that could be on its way.
    pub(crate) fn refuse_answer(&self, diagnostics: &mut Diagnostics) {
        if let Some(answer) = &self.answer {
            let option = answer.option();
            let message = format!("`{option}` is for handlers of an `#[actor]`");
            let help = format!(
                "leave `{option}` out: the answer of a plain function is dropped with its future"
            );
            diagnostics.report(option, message, help);
        }
    }
}

impl Parse for Written {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let option = input.call(Ident::parse_any)?;
        let name = option.to_string();
        match name.as_str() {
            "trusted" => {
                let why = value(input, &option, "\"why dropping the call is harmless\"")?;
                Ok(Self::Trusted { option, why })
            }
            "undelivered" => {
                let method = value(input, &option, "method")?;
                Ok(Self::Answer(Answer::Undelivered { option, method }))
            }
            "idempotent" => Ok(Self::Answer(Answer::Idempotent { option })),
            "crate" => {
                input.parse::<Token![=]>()?;
                Ok(Self::Crate { path: input.call(Path::parse_mod_style)? })
            }
            _ => Err(unknown(&option, &name)),
        }
    }
}

/// The part after `=`.
fn value<T: Parse>(input: ParseStream<'_>, option: &Ident, example: &str) -> Result<T> {
    let complaint = || {
        let text = format!("`{option}` needs a value\nhelp: write `{option} = {example}`");
        Error::new_spanned(option, text)
    };
    if !input.peek(Token![=]) {
        return Err(complaint());
    }
    input.parse::<Token![=]>()?;
    let ahead = input.fork();
    ahead.parse::<T>().map_err(|_| complaint())?;
    input.parse()
}

fn unknown(option: &Ident, name: &str) -> Error {
    let help = match names::misspelled(name, NAMES) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "write `#[cancel_safe]`, or `#[cancel_safe(trusted = \"why\")]` to leave out the check of the body"
            .to_owned(),
    };
    Error::new_spanned(option, format!("`{name}` is no option of `#[cancel_safe]`\nhelp: {help}"))
}
