//! Messages about types, by what they are the type of.

use proc_macro2::Ident;
use syn::{
    Lifetime, PathSegment, Token, Type, TypeImplTrait, TypeParamBound, TypeReference,
    TypeTraitObject, punctuated::Punctuated,
};

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
        let help = self.instead_of_borrow(reference);
        self.report_reference(reference, help, diagnostics);
    }

    /// Reports the `&mut T` of a `Pin<&mut T>`.
    pub(super) fn report_pinned(self, reference: &TypeReference, diagnostics: &mut Diagnostics) {
        let help = self.use_owned(owned::boxed_pointee(reference));
        self.report_reference(reference, help, diagnostics);
    }

    fn report_reference(
        self,
        reference: &TypeReference,
        help: String,
        diagnostics: &mut Diagnostics,
    ) {
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
        diagnostics.report(reference, message, help);
    }

    pub(super) fn use_owned(self, owned: Option<String>) -> String {
        let verb = self.verb();
        owned.map_or_else(|| format!("{verb} an owned type"), |owned| format!("{verb} `{owned}`"))
    }

    fn instead_of_borrow(self, reference: &TypeReference) -> String {
        let owned = self.use_owned(owned::text(reference));
        let last = syntax::last_segment(&reference.elem);
        let name = last.map(|last| last.ident.to_string()).unwrap_or_default();
        let has_one_argument = last.is_some_and(|last| syntax::type_arguments(last).len() == 1);
        let Self::Argument { .. } = self else {
            let is_context = name == "Context" && has_one_argument;
            let handle =
                || format!("{} a handle, which `handle()` of the context has", self.verb());
            return if is_context { handle() } else { owned };
        };
        let is_given_back = reference.mutability.is_some()
            && !matches!(
                *reference.elem,
                Type::TraitObject(_) | Type::ImplTrait(_) | Type::Paren(_)
            );
        if name == "Context" && has_one_argument {
            "write `&Context<Self>`: a handler gets the context of its own actor".to_owned()
        } else if name.ends_with("Context") || name.ends_with("Ctx") {
            format!(
                "write `&actor_runtime::Context<Self>` for the context of the actor, or {owned}"
            )
        } else if is_given_back {
            format!("{owned}, and return it: the caller's own stays as it is")
        } else {
            owned
        }
    }

    pub(super) fn report_lifetime(self, lifetime: &Lifetime, diagnostics: &mut Diagnostics) {
        let problem = self.has(&format!("a borrow for `{lifetime}`"));
        let message = format!("{problem}, but {}", self.why_owned());
        let help = format!("{} an owned type, or write `'static`", self.verb());
        diagnostics.report(lifetime, message, help);
    }

    /// Reports a trait object that may borrow.
    pub(super) fn report_object(
        self,
        object: &TypeTraitObject,
        owned: &str,
        diagnostics: &mut Diagnostics,
    ) {
        let problem = self.has(&format!("`{}`", syntax::printed(object)));
        let message = format!("{problem}, which may borrow, but {}", self.why_owned());
        let help = match self {
            Self::Returned { handler }
                if first_trait(&object.bounds).is_some_and(|it| it.ident == "Future") =>
            {
                instead_of_future(handler)
            }
            _ => format!("write `{owned}`"),
        };
        diagnostics.report(object, message, help);
    }

    pub(super) fn report_cow(self, segment: &PathSegment, diagnostics: &mut Diagnostics) {
        let inner =
            syntax::type_arguments(segment).first().map_or_else(String::new, syntax::printed);
        let problem = self.has(&format!("`{}`", syntax::printed(segment)));
        let message = format!("{problem}, which may borrow, but {}", self.why_owned());
        diagnostics.report(segment, message, format!("{} `Cow<'static, {inner}>`", self.verb()));
    }

    pub(super) fn report_guard(self, segment: &PathSegment, diagnostics: &mut Diagnostics) {
        let problem = self.has(&format!("`{}`", syntax::printed(segment)));
        let message = format!("{problem}, which borrows a lock, but {}", self.why_owned());
        let help =
            format!("{} a copy of what it guards, or the lock itself in an `Arc`", self.verb());
        diagnostics.report(segment, message, help);
    }

    pub(super) fn report_impl_trait(self, ty: &TypeImplTrait, diagnostics: &mut Diagnostics) {
        let problem = self.has(&format!("`{}`", syntax::printed(ty)));
        let message = format!("{problem}, but {}", self.why_named());
        diagnostics.report(ty, message, self.instead_of(ty));
    }

    fn why_named(self) -> &'static str {
        match self {
            Self::Argument { .. } => "a message needs a named type",
            Self::Returned { .. } | Self::Sent { .. } => "a reply needs a named type",
            Self::StartError { .. } => "an error needs a named type",
            Self::Event { .. } => "its source yields one type",
        }
    }

    pub(super) fn report_unsized(self, ty: &Type, help: String, diagnostics: &mut Diagnostics) {
        let problem = self.has(&format!("`{}`", syntax::printed(ty)));
        let message = format!("{problem}, whose size is not known when it is compiled");
        diagnostics.report(ty, message, help);
    }

    /// Reports a trait where a type is needed.
    pub(super) fn report_trait(self, ty: &Type, help: String, diagnostics: &mut Diagnostics) {
        let problem = self.has(&format!("`{}`", syntax::printed(ty)));
        diagnostics.report(ty, format!("{problem}, which is a trait and not a type"), help);
    }

    /// What to write instead of the trait `ty`.
    pub(super) fn instead_of_trait(self, ty: &Type) -> String {
        match (self, syntax::last_segment(ty)) {
            (Self::Returned { handler }, Some(last)) if last.ident == "Future" => {
                instead_of_future(handler)
            }
            _ => self.use_owned(owned::boxed_trait(ty)),
        }
    }

    /// What to write instead of the unsized type `ty`.
    pub(super) fn lent_or_owned(self, ty: &Type) -> String {
        match (self, ty, owned::of_unsized(ty)) {
            (Self::Argument { .. }, Type::Slice(_) | Type::Path(_), Some(owned)) => {
                format!("take `&{}` or `{owned}`", syntax::printed(ty))
            }
            (_, _, owned) => self.use_owned(owned),
        }
    }

    fn instead_of(self, ty: &TypeImplTrait) -> String {
        let Some(segment) = first_trait(&ty.bounds) else {
            return format!("{} a type", self.verb());
        };
        let arguments = syntax::type_arguments(segment);
        match (segment.ident.to_string().as_str(), self, &arguments[..]) {
            ("Future", Self::Returned { handler }, _) => instead_of_future(handler),
            ("Into", _, [target]) => self.use_owned(owned::owned((*target).clone())),
            ("AsRef" | "Borrow", _, [target]) => self.use_owned(owned::of_unsized(target)),
            ("ToString" | "Display", ..) => format!("{} `String`", self.verb()),
            _ => {
                let boxed = owned::boxed(&ty.bounds);
                let or = boxed.map_or_else(
                    || ", or make the actor generic".to_owned(),
                    |boxed| format!(", or `{boxed}`"),
                );
                format!("{} the type itself{or}", self.verb())
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

fn instead_of_future(handler: &Ident) -> String {
    format!("write `async fn {handler}`, and return the output of the future")
}

fn first_trait(bounds: &Punctuated<TypeParamBound, Token![+]>) -> Option<&PathSegment> {
    bounds.iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last(),
        _ => None,
    })
}
