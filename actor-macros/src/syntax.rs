//! Helpers for syntax that several steps use.

use std::borrow::Cow;

use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    GenericArgument, Lifetime, Path, PathArguments, PathSegment, ReturnType, Signature, Type,
    TypePath, TypeReference, TypeTuple,
    punctuated::Punctuated,
    spanned::Spanned,
    visit::{self, Visit},
};

/// The type inside the invisible groups that `macro_rules!` leaves, and inside parentheses.
pub(crate) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        _ => ty,
    }
}

/// `Vec<u8>` of `std::vec::Vec<u8>`; `None` if the type is not a plain path.
pub(crate) fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ungrouped(ty) {
        Type::Path(TypePath { qself: None, path, .. }) => path.segments.last(),
        _ => None,
    }
}

/// The span of the name of a type, or of what it refers to.
pub(crate) fn name_span(ty: &Type) -> Span {
    match ungrouped(ty) {
        Type::Reference(reference) => name_span(&reference.elem),
        ty => last_segment(ty).map_or_else(|| ty.span(), |name| name.ident.span()),
    }
}

/// The types between the angle brackets of a segment.
pub(crate) fn type_arguments(segment: &PathSegment) -> Vec<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return Vec::new();
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}

/// Whether a reference is a `&'static T`.
pub(crate) fn is_static(reference: &TypeReference) -> bool {
    reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static")
}

pub(crate) fn is_unit(ty: &Type) -> bool {
    matches!(ungrouped(ty), Type::Tuple(tuple) if tuple.elems.is_empty())
}

/// The type that a function returns, which is `()` if none is written.
pub(crate) fn returned(sig: &Signature) -> Cow<'_, Type> {
    match &sig.output {
        ReturnType::Default => Cow::Owned(Type::Tuple(TypeTuple {
            attrs: Vec::new(),
            paren_token: Default::default(),
            elems: Punctuated::new(),
        })),
        ReturnType::Type(_, ty) => Cow::Borrowed(ty),
    }
}

/// The `'_`s in a type.
pub(crate) fn elided_lifetimes(ty: &Type) -> Vec<&Lifetime> {
    struct Elided<'a>(Vec<&'a Lifetime>);

    impl<'ast> Visit<'ast> for Elided<'ast> {
        fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
            if lifetime.ident == "_" {
                self.0.push(lifetime);
            }
        }
    }

    let mut elided = Elided(Vec::new());
    elided.visit_type(ty);
    elided.0
}

/// Whether two pieces of syntax have the same tokens.
pub(crate) fn same_tokens(one: &impl ToTokens, other: &impl ToTokens) -> bool {
    one.to_token_stream().to_string() == other.to_token_stream().to_string()
}

/// Whether `ty` mentions the generic parameter `parameter`.
pub(crate) fn mentions(ty: &Type, parameter: &Ident) -> bool {
    let mut search = Mention { parameter, found: false };
    search.visit_type(ty);
    search.found
}

struct Mention<'a> {
    parameter: &'a Ident,
    found: bool,
}

impl<'ast> Visit<'ast> for Mention<'_> {
    fn visit_path(&mut self, path: &'ast Path) {
        let starts_here = path.leading_colon.is_none()
            && path.segments.first().is_some_and(|first| first.ident == *self.parameter);
        self.found |= starts_here;
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.found |= contains_ident(mac.tokens.clone(), self.parameter);
        visit::visit_macro(self, mac);
    }
}

/// Whether `tokens` contain the identifier `wanted`, in groups too.
pub(crate) fn contains_ident(tokens: TokenStream, wanted: &Ident) -> bool {
    find_ident(tokens, &wanted.to_string()).is_some()
}

/// The first identifier `wanted` in `tokens`, in groups too.
pub(crate) fn find_ident(tokens: TokenStream, wanted: &str) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) => (ident == wanted).then_some(ident),
        TokenTree::Group(group) => find_ident(group.stream(), wanted),
        _ => None,
    })
}

/// `tokens` with the span `span`. A `$crate` keeps its own, which determines the crate it refers to.
pub(crate) fn respanned(tokens: TokenStream, span: Span) -> TokenStream {
    let respanned = tokens.into_iter().map(|mut token| {
        match &mut token {
            TokenTree::Group(group) => {
                token = regrouped(group, respanned(group.stream(), span), span);
            }
            TokenTree::Ident(ident) if ident == "$crate" => {}
            _ => token.set_span(span),
        }
        token
    });
    respanned.collect()
}

/// `group` with other tokens and another span.
pub(crate) fn regrouped(group: &Group, stream: TokenStream, span: Span) -> TokenTree {
    let mut regrouped = Group::new(group.delimiter(), stream);
    regrouped.set_span(span);
    TokenTree::Group(regrouped)
}

/// Prints syntax with the usual spacing: `Vec<&str>` rather than `Vec < & str >`.
pub(crate) fn printed(syntax: &(impl ToTokens + ?Sized)) -> String {
    let mut text = String::new();
    print_into(syntax.to_token_stream(), &mut text);
    text
}

fn print_into(tokens: TokenStream, text: &mut String) {
    for token in tokens {
        match &token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                print_into(group.stream(), text);
                text.push_str(close);
            }
            TokenTree::Punct(punct) => print_punct(punct.as_char(), punct.spacing(), text),
            TokenTree::Ident(_) | TokenTree::Literal(_) => {
                // Two words are separated by a space: `dyn Fn`, `&'a str`.
                let word = |last: char| last.is_alphanumeric() || last == '_' || last == '>';
                let in_lifetime = text.ends_with('\'');
                if !in_lifetime && text.ends_with(word) {
                    text.push(' ');
                }
                text.push_str(&token.to_string());
            }
        }
    }
}

fn print_punct(punct: char, spacing: Spacing, text: &mut String) {
    match punct {
        ':' if spacing == Spacing::Alone && !text.ends_with(':') => text.push_str(": "),
        ',' | ';' => {
            text.push(punct);
            text.push(' ');
        }
        '+' | '=' => text.push_str(&format!(" {punct} ")),
        '-' if spacing == Spacing::Joint => text.push_str(" -"),
        '>' if text.ends_with('-') => text.push_str("> "),
        _ => text.push(punct),
    }
}
