//! What is wrong with a type, in words that depend on what it is the type of.

use proc_macro2::Ident;
use syn::{Lifetime, PathSegment, TypeImplTrait, TypeParamBound, TypeReference};

use super::owned;
use crate::{diagnostics::Diagnostics, syntax};

/// What a type is the type of.
#[derive(Clone, Copy)]
pub(super) enum Subject<'a> {
    Argument { handler: &'a Ident, name: &'a str },
    Answer { handler: &'a Ident },
    StartError { hook: &'a Ident },
    Event { handler: &'a Ident },
}

impl Subject<'_> {
    pub(super) fn report_borrow(self, reference: &TypeReference, diagnostics: &mut Diagnostics) {
        let owned = owned::text(reference);
        let message = match self {
            Self::Argument { handler, name } => format!(
                "handler `{handler}` borrows its argument `{name}`, but a message must own what it carries"
            ),
            Self::Answer { handler } => format!(
                "handler `{handler}` answers with a borrow, but its caller gets the answer when the borrow has ended"
            ),
            Self::StartError { hook } => {
                format!("`{hook}` fails with a borrow, but its error outlives the actor")
            }
            Self::Event { handler } => format!(
                "`#[on(..)]` method `{handler}` takes a borrow, but its source has let go of the actor by then"
            ),
        };
        diagnostics.report(reference, message, format!("{} `{owned}`", self.verb()));
    }

    pub(super) fn report_lifetime(self, lifetime: &Lifetime, diagnostics: &mut Diagnostics) {
        let message = match self {
            Self::Argument { handler, name } => format!(
                "argument `{name}` of handler `{handler}` holds a borrow for `{lifetime}`, but a message must own what it carries"
            ),
            Self::Answer { handler } => format!(
                "handler `{handler}` answers with a borrow for `{lifetime}`, but its caller gets the answer when the borrow has ended"
            ),
            Self::StartError { hook } => format!(
                "`{hook}` fails with a borrow for `{lifetime}`, but its error outlives the actor"
            ),
            Self::Event { handler } => format!(
                "`#[on(..)]` method `{handler}` takes a borrow for `{lifetime}`, but its source has let go of the actor by then"
            ),
        };
        diagnostics.report(
            lifetime,
            message,
            format!("{} an owned type, or write `'static`", self.verb()),
        );
    }

    pub(super) fn report_cow(self, segment: &PathSegment, diagnostics: &mut Diagnostics) {
        let inner =
            syntax::type_arguments(segment).first().map_or_else(String::new, syntax::printed);
        let cow = syntax::printed(segment);
        let message = match self {
            Self::Argument { handler, name } => format!(
                "argument `{name}` of handler `{handler}` may borrow, but a message must own what it carries"
            ),
            Self::Answer { handler } => {
                format!("the answer of handler `{handler}` may borrow, as `{cow}`")
            }
            Self::StartError { hook } => format!("the error of `{hook}` may borrow, as `{cow}`"),
            Self::Event { handler } => {
                format!("what `#[on(..)]` method `{handler}` takes may borrow, as `{cow}`")
            }
        };
        diagnostics.report(segment, message, format!("{} `Cow<'static, {inner}>`", self.verb()));
    }

    pub(super) fn report_impl_trait(self, ty: &TypeImplTrait, diagnostics: &mut Diagnostics) {
        let printed = syntax::printed(ty);
        let message = match self {
            Self::Argument { handler, name } => format!(
                "argument `{name}` of handler `{handler}` is `{printed}`, but a message needs a type with a name"
            ),
            Self::Answer { handler } => format!(
                "handler `{handler}` returns `{printed}`, but a reply needs a type with a name"
            ),
            Self::StartError { hook } => {
                format!("the error of `{hook}` is `{printed}`, but it needs a type with a name")
            }
            Self::Event { handler } => format!(
                "`#[on(..)]` method `{handler}` takes `{printed}`, but its source gives one type"
            ),
        };
        diagnostics.report(ty, message, self.instead_of(ty));
    }

    fn instead_of(self, ty: &TypeImplTrait) -> String {
        let Some(segment) = first_trait(ty) else { return format!("{} a type", self.verb()) };
        let arguments = syntax::type_arguments(segment);
        match (segment.ident.to_string().as_str(), self, &arguments[..]) {
            ("Future", Self::Answer { handler }, _) => {
                format!("write `async fn {handler}`, and return what the future gives")
            }
            ("Into", _, [target]) => format!("{} `{}`", self.verb(), syntax::printed(*target)),
            ("ToString" | "Display", ..) => format!("{} `String`", self.verb()),
            _ => {
                let bounds = syntax::printed(&ty.bounds);
                format!("{} the type itself, or `Box<dyn {bounds} + Send>`", self.verb())
            }
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Argument { .. } | Self::Event { .. } => "take",
            Self::Answer { .. } => "answer with",
            Self::StartError { .. } => "return",
        }
    }
}

fn first_trait(ty: &TypeImplTrait) -> Option<&PathSegment> {
    ty.bounds.iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last(),
        _ => None,
    })
}
