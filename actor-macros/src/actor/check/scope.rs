//! The context that the checks of all methods share.

use syn::{PathSegment, Type};

use super::outside::WithoutSelf;
use crate::{actor::std_types, diagnostics::Diagnostics, syntax};

pub(super) struct Scope<'a> {
    /// The type of the actor.
    pub(super) self_ty: &'a Type,
    pub(super) diagnostics: &'a mut Diagnostics,
}

impl Scope<'_> {
    /// Whether `ty` is the actor's own type.
    pub(super) fn is_self(&self, ty: &Type) -> bool {
        let ty = syntax::ungrouped(ty);
        matches!(ty, Type::Path(path) if path.path.is_ident("Self"))
            || syntax::same_tokens(ty, self.self_ty)
    }

    /// Whether `ty` is `&Context<Self>`, which may be imported under another name, or lack its argument. rustc reports what is
    /// not the context.
    pub(super) fn is_context(&self, ty: &Type) -> bool {
        let Type::Reference(reference) = syntax::ungrouped(ty) else { return false };
        let segment = syntax::last_segment(&reference.elem);
        reference.mutability.is_none()
            && segment.is_some_and(|segment| {
                self.is_of_self(segment) && !std_types::is_container(segment)
                    || segment.ident == "Context" && segment.arguments.is_none()
            })
    }

    /// Whether `ty` is `Context<Self>`.
    pub(super) fn is_owned_context(&self, ty: &Type) -> bool {
        let segment = syntax::last_segment(ty).filter(|segment| segment.ident == "Context");
        segment.is_some_and(|segment| self.is_of_self(segment))
    }

    /// Whether `ty` is a reference to a context that lacks its argument, or has another.
    pub(super) fn is_context_of_another(&self, ty: &Type) -> bool {
        let Type::Reference(reference) = syntax::ungrouped(ty) else { return false };
        let segment = syntax::last_segment(&reference.elem);
        segment.is_some_and(|segment| segment.ident == "Context" && !self.is_of_self(segment))
    }

    /// Whether the only argument of `segment` is the actor.
    fn is_of_self(&self, segment: &PathSegment) -> bool {
        matches!(syntax::type_arguments(segment)[..], [actor] if self.is_self(actor))
    }

    /// `ty` as it has to be written outside of the impl.
    pub(super) fn outside(&self, ty: &Type) -> Type {
        WithoutSelf { self_ty: self.self_ty }.rewrite(ty)
    }
}
