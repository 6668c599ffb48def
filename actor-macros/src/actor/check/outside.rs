//! Types as they are outside of the impl: without `Self`, and without the lifetimes of a method or of the actor.

use std::borrow::Cow;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    GenericParam, Generics, Ident, Lifetime, Macro, Path, PathArguments, QSelf, Receiver,
    ReceiverKind, Signature, Token, Type, TypePath, TypeReference, WherePredicate,
    visit_mut::{self, VisitMut},
};

use crate::{
    actor::parse::{ActorImpl, ItemKind},
    syntax,
};

/// The impl with `'static` for the lifetimes of the actor, each of which was reported.
pub(super) fn without_actors_lifetimes(syntax: &ActorImpl) -> Cow<'_, ActorImpl> {
    let mut outlive = Outlive {
        declared: syntax.generics.lifetimes().map(|it| it.lifetime.ident.clone()).collect(),
    };
    if outlive.declared.is_empty() && syntax::elided_lifetimes(&syntax.self_ty).is_empty() {
        return Cow::Borrowed(syntax);
    }
    let mut owned = syntax.clone();
    let is_lifetime = |parameter: &GenericParam| matches!(parameter, GenericParam::Lifetime(_));
    let params = owned.generics.params.into_iter();
    owned.generics.params = params.filter(|parameter| !is_lifetime(parameter)).collect();
    if let Some(clause) = &mut owned.generics.where_clause {
        let predicates = std::mem::take(&mut clause.predicates).into_iter();
        let is_kept = |it: &WherePredicate| !matches!(it, WherePredicate::Lifetime(_));
        clause.predicates = predicates.filter(is_kept).collect();
    }
    outlive.visit_generics_mut(&mut owned.generics);
    for item in &mut owned.items {
        if let ItemKind::Method(method) = &mut item.kind {
            outlive.visit_signature_mut(&mut method.sig);
        }
    }
    outlive.declared.push(Ident::new("_", Span::call_site()));
    outlive.visit_type_mut(&mut owned.self_ty);
    Cow::Owned(owned)
}

/// Replaces the lifetimes that are declared by `'static`.
struct Outlive {
    declared: Vec<Ident>,
}

impl VisitMut for Outlive {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if self.declared.contains(&lifetime.ident) {
            *lifetime = Lifetime::new("'static", lifetime.span());
        }
    }
}

/// The signature without the lifetimes that the method itself declares.
///
/// Input:  `fn find<'a>(&'a self, name: &'a str)`
/// Output: `fn find<'a>(&self, name: &str)`
pub(super) fn without_own_lifetimes(sig: &Signature) -> Signature {
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
pub(super) struct WithoutSelf<'a> {
    pub(super) self_ty: &'a Type,
}

impl WithoutSelf<'_> {
    pub(super) fn rewrite(mut self, ty: &Type) -> Type {
        let mut rewritten = ty.clone();
        self.visit_type_mut(&mut rewritten);
        rewritten
    }

    pub(super) fn rewrite_generics(mut self, generics: &Generics) -> Generics {
        let mut rewritten = generics.clone();
        self.visit_generics_mut(&mut rewritten);
        rewritten
    }

    /// The type with the span of the `Self` that it replaces, for errors about it.
    fn at(&self, span: Span) -> Type {
        let tokens = syntax::respanned(self.self_ty.to_token_stream(), span);
        syn::parse2(tokens).unwrap_or_else(|_| self.self_ty.clone())
    }

    /// `Self::SIZE` becomes `Ring::SIZE`, or `<Ring<N>>::SIZE`.
    fn rewrite_path(&self, qself: &mut Option<QSelf>, path: &mut Path) {
        let is_self =
            |path: &Path| path.segments.first().is_some_and(|first| first.ident == "Self");
        if qself.is_some() || path.leading_colon.is_some() || !is_self(path) {
            return;
        }
        let rest = path.segments.iter().skip(1).cloned();
        // All of it has the span of `Self`, so that rustc reports the same as in the impl, and not twice.
        let span = path.segments[0].ident.span();
        match self.at(span) {
            Type::Path(TypePath { qself: None, path: own, .. }) if has_no_arguments(&own) => {
                let segments = own.segments.into_iter().chain(rest).collect();
                *path = Path { leading_colon: own.leading_colon, segments };
            }
            ty => {
                let (lt_token, gt_token) = (Token![<](span), Token![>](span));
                let qualified =
                    QSelf { lt_token, ty: Box::new(ty), position: 0, as_token: None, gt_token };
                *qself = Some(qualified);
                *path = Path { leading_colon: Some(Token![::](span)), segments: rest.collect() };
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
    /// The arguments of a macro are not syntax yet, only tokens.
    fn rewrite_tokens(&self, tokens: TokenStream) -> TokenStream {
        let rewritten = tokens.into_iter().map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => match self.at(ident.span()) {
                Type::Path(TypePath { qself: None, path, .. }) if has_no_arguments(&path) => {
                    path.to_token_stream()
                }
                ty => {
                    let mut tokens = Token![<](ident.span()).into_token_stream();
                    ty.to_tokens(&mut tokens);
                    Token![>](ident.span()).to_tokens(&mut tokens);
                    tokens
                }
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
