//! Types as they are outside of the impl: owned, and without `Self`.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{
    Ident, Lifetime, Macro, Path, PathArguments, QSelf, Receiver, ReceiverKind, Signature, Type,
    TypePath, TypeReference, parse_quote,
    visit_mut::{self, VisitMut},
};

use crate::syntax;

/// The owned twin of a borrow that a handler may take: what travels, and is lent to the handler.
pub(crate) fn lent_as(reference: &TypeReference) -> Option<Type> {
    if reference.lifetime.is_some() || reference.mutability.is_some() {
        return None;
    }
    match syntax::ungrouped(&reference.elem) {
        Type::Slice(slice) => {
            let elem = &slice.elem;
            Some(parse_quote!(::std::vec::Vec<#elem>))
        }
        elem => {
            let segment = syntax::last_segment(elem)?;
            if !segment.arguments.is_none() {
                return None;
            }
            match segment.ident.to_string().as_str() {
                "str" => Some(parse_quote!(::std::string::String)),
                "Path" => Some(parse_quote!(::std::path::PathBuf)),
                "OsStr" => Some(parse_quote!(::std::ffi::OsString)),
                "CStr" => Some(parse_quote!(::std::ffi::CString)),
                _ => None,
            }
        }
    }
}

/// What to write instead of a borrow, as text for a `help`.
pub(crate) fn owned_text(reference: &TypeReference) -> String {
    let plain = TypeReference { lifetime: None, mutability: None, ..reference.clone() };
    match (lent_as(&plain), syntax::ungrouped(&reference.elem)) {
        (_, Type::Slice(slice)) => format!("Vec<{}>", syntax::printed(&slice.elem)),
        (_, Type::TraitObject(object)) => format!("Box<{} + Send>", syntax::printed(object)),
        (_, Type::Reference(inner)) => owned_text(inner),
        (Some(twin), _) => syntax::last_segment(&twin).map_or_else(String::new, syntax::printed),
        (None, elem) => syntax::printed(elem),
    }
}

/// The signature without the lifetimes that the method itself declares.
///
/// Input:  `fn find<'a>(&'a self, name: &'a str)`
/// Output: `fn find<'a>(&self, name: &str)`
pub(crate) fn without_own_lifetimes(sig: &Signature) -> Signature {
    let declared = sig.generics.lifetimes().map(|parameter| parameter.lifetime.ident.clone());
    let mut elide = Elide { declared: declared.collect() };
    let mut elided = sig.clone();
    elide.visit_signature_mut(&mut elided);
    elided
}

struct Elide {
    declared: Vec<Ident>,
}

impl Elide {
    fn elide(&self, lifetime: &mut Option<Lifetime>) {
        lifetime.take_if(|lifetime| self.declared.contains(&lifetime.ident));
    }
}

impl VisitMut for Elide {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        self.elide(&mut reference.lifetime);
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_receiver_mut(&mut self, receiver: &mut Receiver) {
        if let ReceiverKind::Reference(_, lifetime, _) = &mut receiver.kind {
            self.elide(lifetime);
        }
        visit_mut::visit_receiver_mut(self, receiver);
    }
}

/// Replaces `Self` by the type it stands for.
///
/// Input: `Vec<Self>`, `[u8; Self::SIZE]`
/// Output: `Vec<Ring<N>>`, `[u8; <Ring<N>>::SIZE]`
pub(crate) struct WithoutSelf<'a> {
    pub(crate) self_ty: &'a Type,
}

impl WithoutSelf<'_> {
    pub(crate) fn rewrite(&mut self, ty: &Type) -> Type {
        let mut rewritten = ty.clone();
        self.visit_type_mut(&mut rewritten);
        rewritten
    }

    /// The type in the place of one `Self`: errors about it belong there.
    fn at(&self, span: Span) -> Type {
        let tokens = syntax::respanned(self.self_ty.to_token_stream(), span);
        parse_quote!(#tokens)
    }

    /// `Self::SIZE` becomes `Ring::SIZE`, or `<Ring<N>>::SIZE`.
    fn rewrite_path(&self, qself: &mut Option<QSelf>, path: &mut Path) {
        let is_self =
            |path: &Path| path.segments.first().is_some_and(|first| first.ident == "Self");
        if qself.is_some() || path.leading_colon.is_some() || !is_self(path) {
            return;
        }
        let rest = path.segments.iter().skip(1).cloned();
        match self.at(path.segments[0].ident.span()) {
            Type::Path(TypePath { qself: None, path: own, .. }) if has_no_arguments(&own) => {
                let segments = own.segments.into_iter().chain(rest).collect();
                *path = Path { leading_colon: own.leading_colon, segments };
            }
            ty => {
                let rest: Vec<_> = rest.collect();
                let qualified: TypePath = parse_quote!(<#ty>::#(#rest)::*);
                *qself = qualified.qself;
                *path = qualified.path;
            }
        }
    }
}

impl VisitMut for WithoutSelf<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        match ty {
            Type::Path(path) if path.qself.is_none() && path.path.is_ident("Self") => {
                let segment: &Ident = &path.path.segments[0].ident;
                *ty = self.at(segment.span());
            }
            _ => visit_mut::visit_type_mut(self, ty),
        }
    }

    fn visit_type_path_mut(&mut self, ty: &mut TypePath) {
        visit_mut::visit_type_path_mut(self, ty);
        self.rewrite_path(&mut ty.qself, &mut ty.path);
    }

    fn visit_expr_path_mut(&mut self, expr: &mut syn::ExprPath) {
        visit_mut::visit_expr_path_mut(self, expr);
        self.rewrite_path(&mut expr.qself, &mut expr.path);
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        mac.tokens = self.rewrite_tokens(mac.tokens.clone());
    }
}

impl WithoutSelf<'_> {
    /// Inside of a macro there is no syntax yet, only words.
    fn rewrite_tokens(&self, tokens: TokenStream) -> TokenStream {
        let rewritten = tokens.into_iter().map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => match self.at(ident.span()) {
                Type::Path(TypePath { qself: None, path, .. }) if has_no_arguments(&path) => {
                    path.to_token_stream()
                }
                ty => quote_spanned!(ident.span()=> <#ty>),
            },
            TokenTree::Group(group) => {
                let stream = self.rewrite_tokens(group.stream());
                syntax::regrouped(&group, stream, group.span()).into()
            }
            _ => token.into(),
        });
        rewritten.collect()
    }
}

fn has_no_arguments(path: &Path) -> bool {
    path.segments.iter().all(|segment| matches!(segment.arguments, PathArguments::None))
}
