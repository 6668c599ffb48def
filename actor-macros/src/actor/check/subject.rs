//! Messages about types, by what they are the type of.

use proc_macro2::Ident;
use syn::{Lifetime, PathSegment, TypeImplTrait, TypeParamBound, TypeReference};

use super::owned;
use crate::{diagnostics::Diagnostics, syntax};

/// The value that has the type.
#[derive(Clone, Copy)]
pub(super) enum Subject<'a> {
    Argument {
        handler: &'a Ident,
        name: &'a str,
    },
    /// What a handler returns.
    Returned {
        handler: &'a Ident,
    },
    /// What a handler sends through its `Reply` or `Replies`.
    Sent {
        handler: &'a Ident,
    },
    StartError {
        hook: &'a Ident,
    },
    Event {
        handler: &'a Ident,
    },
}

impl Subject<'_> {
    pub(super) fn report_borrow(self, reference: &TypeReference, diagnostics: &mut Diagnostics) {
        let problem = match self {
            Self::Argument { handler, name } => {
                format!("handler `{handler}` borrows its argument `{name}`")
            }
            Self::StartError { hook } => format!("the error of `{hook}` is a reference"),
            Self::Returned { .. } | Self::Sent { .. } | Self::Event { .. } => {
                self.has("a reference")
            }
        };
        let message = format!("{problem}, but {}", self.why_owned());
        let owned = owned::text(reference);
        diagnostics.report(reference, message, format!("{} `{owned}`", self.verb()));
    }

    pub(super) fn report_lifetime(self, lifetime: &Lifetime, diagnostics: &mut Diagnostics) {
        let problem = self.has(&format!("a borrow for `{lifetime}`"));
        let message = format!("{problem}, but {}", self.why_owned());
        let help = format!("{} an owned type, or write `'static`", self.verb());
        diagnostics.report(lifetime, message, help);
    }

    pub(super) fn report_cow(self, segment: &PathSegment, diagnostics: &mut Diagnostics) {
        let inner =
            syntax::type_arguments(segment).first().map_or_else(String::new, syntax::printed);
        let problem = self.has(&format!("`{}`", syntax::printed(segment)));
        let message = format!("{problem}, which may borrow, but {}", self.why_owned());
        diagnostics.report(segment, message, format!("{} `Cow<'static, {inner}>`", self.verb()));
    }

    pub(super) fn report_impl_trait(self, ty: &TypeImplTrait, diagnostics: &mut Diagnostics) {
        let problem = self.has(&format!("`{}`", syntax::printed(ty)));
        let reason = match self {
            Self::Argument { .. } => "a message needs a named type",
            Self::Returned { .. } | Self::Sent { .. } => "a reply needs a named type",
            Self::StartError { .. } => "an error needs a named type",
            Self::Event { .. } => "its source yields one type",
        };
        diagnostics.report(ty, format!("{problem}, but {reason}"), self.instead_of(ty));
    }

    fn instead_of(self, ty: &TypeImplTrait) -> String {
        let Some(segment) = first_trait(ty) else { return format!("{} a type", self.verb()) };
        let arguments = syntax::type_arguments(segment);
        match (segment.ident.to_string().as_str(), self, &arguments[..]) {
            ("Future", Self::Returned { handler }, _) => {
                format!("write `async fn {handler}`, and return the output of the future")
            }
            ("Into", _, [target]) => format!("{} `{}`", self.verb(), syntax::printed(*target)),
            ("ToString" | "Display", ..) => format!("{} `String`", self.verb()),
            _ => {
                let bounds = syntax::printed(&ty.bounds);
                format!("{} the type itself, or `Box<dyn {bounds} + Send>`", self.verb())
            }
        }
    }

    /// The first half of a message: the method has `what` in this type.
    fn has(self, what: &str) -> String {
        match self {
            Self::Argument { handler, name } => {
                format!("handler `{handler}` takes {what} in its argument `{name}`")
            }
            Self::Returned { handler } => format!("handler `{handler}` returns {what}"),
            Self::Sent { handler } => format!("handler `{handler}` replies with {what}"),
            Self::StartError { hook } => format!("the error of `{hook}` is {what}"),
            Self::Event { handler } => format!("`#[on(..)]` method `{handler}` takes {what}"),
        }
    }

    fn why_owned(self) -> &'static str {
        match self {
            Self::Argument { .. } => "a message must own what it carries",
            Self::Returned { .. } | Self::Sent { .. } => "the reply outlives `self`",
            Self::StartError { .. } => "the error outlives the actor",
            Self::Event { .. } => "an event cannot borrow from the actor",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Argument { .. } | Self::Event { .. } => "take",
            Self::Sent { .. } => "reply with",
            Self::Returned { .. } | Self::StartError { .. } => "return",
        }
    }
}

fn first_trait(ty: &TypeImplTrait) -> Option<&PathSegment> {
    ty.bounds.iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last(),
        _ => None,
    })
}
