//! Tokens to syntax: reads an impl block with methods, and judges nothing.
//!
//! Bodies stay raw tokens, and each item is read on its own, so that a half-typed method leaves the
//! others intact and editors keep completing them.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::{
    Attribute, Expr, Generics, Path, Signature, Token, Type, Visibility, braced,
    ext::IdentExt,
    parse::{Parse, ParseStream, discouraged::Speculative},
    token,
};

use super::std_types;
use crate::syntax;

/// The impl block under the attribute.
#[derive(Clone)]
pub(crate) struct ActorImpl {
    /// Without `#[actor]` itself.
    pub(crate) attrs: Vec<Attribute>,
    /// Further `#[actor]`s.
    pub(crate) again: Vec<Attribute>,
    /// From `impl` to the brace, as it was written.
    pub(crate) head: TokenStream,
    pub(crate) generics: Generics,
    /// The `Trait` of `impl Trait for Type`.
    pub(crate) trait_: Option<Path>,
    pub(crate) self_ty: Type,
    pub(crate) brace_token: token::Brace,
    pub(crate) inner_attrs: Vec<Attribute>,
    pub(crate) items: Vec<Item>,
    /// Whether something was left out that is no item.
    pub(crate) has_stray: bool,
}

/// One item of the impl block.
#[derive(Clone)]
pub(crate) struct Item {
    /// All of its attributes, the markers among them.
    pub(crate) attrs: Vec<Attribute>,
    /// Everything after the attributes, as it was written.
    pub(crate) tokens: TokenStream,
    pub(crate) kind: ItemKind,
}

impl Item {
    /// Whether it is no item of an impl, such as a `;` or a `let`, and not one that is being typed. rustc has reported it
    /// before the macro was called, and would again, and not read what follows.
    fn is_stray(&self) -> bool {
        let is_visibility = |token: &TokenTree| match token {
            TokenTree::Ident(ident) => ident == "pub",
            TokenTree::Group(group) => group.delimiter() == Delimiter::Parenthesis,
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        };
        let mut tokens = self.tokens.clone().into_iter().skip_while(is_visibility);
        matches!(self.kind, ItemKind::Other)
            && match tokens.next() {
                Some(TokenTree::Ident(ident)) => {
                    let second = tokens.next();
                    let is_path = matches!(&second, Some(TokenTree::Punct(punct)) if matches!(punct.as_char(), '!' | ':'));
                    ident == "let"
                        || ident == "async" && self.has_body()
                        || !is_path && !begins_other_item(&ident) && self.is_one_method()
                }
                Some(TokenTree::Punct(punct)) => !matches!(punct.as_char(), '#' | ':' | '$'),
                Some(TokenTree::Literal(_)) => true,
                Some(TokenTree::Group(_)) | None => false,
            }
    }

    fn has_body(&self) -> bool {
        let last = self.tokens.clone().into_iter().last();
        matches!(last, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace)
    }

    /// Whether it has the body of a method, and no `fn`, before which an item may be being typed.
    fn is_one_method(&self) -> bool {
        let is_fn = |token| matches!(token, TokenTree::Ident(ident) if ident == "fn");
        self.has_body() && !self.tokens.clone().into_iter().any(is_fn)
    }

    /// Whether it calls a macro, which may write methods.
    pub(crate) fn calls_macro(&self) -> bool {
        let is_bang = |token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '!');
        matches!(self.kind, ItemKind::Other) && self.tokens.clone().into_iter().any(is_bang)
    }
}

/// Whether an item that is no method, not even one with a misspelt `fn`, can begin with `word`.
fn begins_other_item(word: &Ident) -> bool {
    const WORDS: &[&str] = &[
        "const", "enum", "extern", "impl", "mod", "static", "struct", "trait", "type", "union",
        "use",
    ];
    WORDS.iter().any(|other| word == other)
}

#[derive(Clone)]
pub(crate) enum ItemKind {
    Method(Box<Method>),
    /// A function whose signature cannot be read. rustc reports why not.
    Unreadable {
        vis: Visibility,
    },
    /// A constant, a type, a macro, or syntax that is newer than this crate.
    Other,
}

#[derive(Clone)]
pub(crate) struct Method {
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
}

impl Parse for ActorImpl {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let (again, attrs) = attrs.into_iter().partition(is_actor);
        let head_start = input.fork();
        // rustc reports both.
        input.parse::<Option<Token![default]>>()?;
        input.parse::<Option<Token![unsafe]>>()?;
        input.parse::<Token![impl]>()?;
        let mut generics = impl_generics(input)?;
        let (trait_, self_ty) = trait_and_type(input)?;
        generics.where_clause = input.parse()?;
        let head = between(&head_start, input);

        let content;
        let brace_token = braced!(content in input);
        let inner_attrs = content.call(Attribute::parse_inner)?;
        let mut items = Vec::new();
        let mut has_stray = false;
        while !content.is_empty() {
            let item = item(&content)?;
            let is_stray = item.is_stray();
            has_stray |= is_stray;
            items.extend((!is_stray).then_some(item));
        }
        Ok(Self {
            attrs,
            again,
            head,
            generics,
            trait_,
            self_ty,
            brace_token,
            inner_attrs,
            items,
            has_stray,
        })
    }
}

impl ActorImpl {
    /// Whether rustc allows no such impl, as for a reference, a tuple or a type of the standard library.
    pub(crate) fn is_never_allowed(&self) -> bool {
        let is_primitive = matches!(
            syntax::ungrouped(&self.self_ty),
            Type::Array(_)
                | Type::FnPtr(_)
                | Type::Never(_)
                | Type::Ptr(_)
                | Type::Reference(_)
                | Type::Slice(_)
                | Type::Tuple(_)
        );
        (is_primitive || std_types::is_foreign(&self.self_ty)) && self.trait_.is_none()
    }
}

fn is_actor(attr: &Attribute) -> bool {
    let words: Vec<String> =
        attr.path().segments.iter().map(|segment| segment.ident.to_string()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    matches!(words[..], ["actor"] | ["actor_runtime", "actor"])
}

/// Distinguishes `impl<T> Heap<T>` from `impl <Heap as Trait>::Type`.
fn impl_generics(input: ParseStream<'_>) -> syn::Result<Generics> {
    let ahead = input.fork();
    let is_qualified_path = ahead.parse::<Token![<]>().is_ok()
        && ahead.parse::<Type>().is_ok()
        && ahead.peek(Token![as]);
    if is_qualified_path { Ok(Generics::default()) } else { input.parse() }
}

fn trait_and_type(input: ParseStream<'_>) -> syn::Result<(Option<Path>, Type)> {
    let ahead = input.fork();
    let is_trait_impl = ahead.parse::<Option<Token![!]>>().is_ok()
        && ahead.parse::<Path>().is_ok()
        && ahead.peek(Token![for]);
    if !is_trait_impl {
        return Ok((None, input.parse()?));
    }
    input.parse::<Option<Token![!]>>()?;
    let trait_ = input.parse()?;
    input.parse::<Token![for]>()?;
    Ok((Some(trait_), input.parse()?))
}

fn item(input: ParseStream<'_>) -> syn::Result<Item> {
    let attrs = match input.fork().call(Attribute::parse_outer) {
        Ok(_) => input.call(Attribute::parse_outer)?,
        Err(_) => Vec::new(),
    };
    let start = input.fork();
    let kind = if is_function(input) {
        let ahead = input.fork();
        match method(&ahead) {
            Ok(method) => {
                input.advance_to(&ahead);
                ItemKind::Method(Box::new(method))
            }
            Err(_) => {
                let vis = input.parse()?;
                skip_unreadable_function(input)?;
                ItemKind::Unreadable { vis }
            }
        }
    } else {
        skip_other(input)?;
        ItemKind::Other
    };
    Ok(Item { attrs, tokens: between(&start, input), kind })
}

/// Whether the input is a function, with any qualifiers before `fn`.
fn is_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let qualifiers = || -> syn::Result<()> {
        ahead.parse::<Visibility>()?;
        ahead.parse::<Option<Token![default]>>()?;
        ahead.parse::<Option<Token![const]>>()?;
        ahead.parse::<Option<Token![async]>>()?;
        ahead.parse::<Option<Token![unsafe]>>()?;
        ahead.parse::<Option<syn::Abi>>()?;
        Ok(())
    };
    qualifiers().is_ok() && ahead.peek(Token![fn])
}

fn method(input: ParseStream<'_>) -> syn::Result<Method> {
    let vis = input.parse()?;
    input.parse::<Option<Token![default]>>()?;
    let sig = input.parse()?;
    let ahead = input.fork();
    match ahead.parse::<TokenTree>() {
        Ok(TokenTree::Group(group)) if is_block(&group) => input.advance_to(&ahead),
        // Editors put a placeholder where a body cannot be read.
        Ok(TokenTree::Ident(ident)) if !ITEM_KEYWORDS.iter().any(|word| ident == word) => {
            input.advance_to(&ahead);
        }
        // rustc reports a declaration without a body.
        _ => drop(input.parse::<Token![;]>()?),
    }
    Ok(Method { vis, sig })
}

/// The words that an item after a function may begin with.
const ITEM_KEYWORDS: &[&str] =
    &["pub", "crate", "const", "async", "unsafe", "extern", "fn", "type", "default", "impl"];

/// A block, or the invisible group that stands for a `$body:block`.
fn is_block(group: &Group) -> bool {
    match group.delimiter() {
        Delimiter::Brace => true,
        Delimiter::None => group
            .stream()
            .into_iter()
            .next()
            .is_some_and(|token| matches!(token, TokenTree::Group(inner) if is_block(&inner))),
        Delimiter::Parenthesis | Delimiter::Bracket => false,
    }
}

/// Skips a function to its end, or to where the next item seems to start.
fn skip_unreadable_function(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.peek(Token![fn]) {
        input.parse::<TokenTree>()?;
    }
    input.parse::<Token![fn]>()?;
    while !input.is_empty() && !input.peek(Token![pub]) && !input.peek(Token![#]) {
        if input.peek(Token![fn]) && input.peek2(Ident::peek_any) {
            break;
        }
        if ends_item(&input.parse()?) {
            break;
        }
    }
    Ok(())
}

/// Skips an item that is not a function. Its exact end does not matter, because only its tokens are
/// used.
fn skip_other(input: ParseStream<'_>) -> syn::Result<()> {
    let mut is_at_end = ends_item(&input.parse()?);
    // No item but a function has a `pub` inside.
    while !is_at_end && !input.is_empty() && !input.peek(Token![pub]) {
        is_at_end = ends_item(&input.parse()?);
    }
    Ok(())
}

fn ends_item(token: &TokenTree) -> bool {
    match token {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    }
}

/// The arguments of `#[on(EXPR, if GUARD)]`.
pub(crate) struct Event {
    pub(crate) source: Expr,
    pub(crate) guard: Option<Expr>,
    /// Tokens after them, which are a mistake.
    pub(crate) rest: TokenStream,
}

impl Parse for Event {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let source = input.parse()?;
        let mut guard = None;
        if input.peek(Token![,]) && input.peek2(Token![if]) && !input.peek3(syn::parse::End) {
            input.parse::<Token![,]>()?;
            input.parse::<Token![if]>()?;
            guard = Some(input.parse()?);
        }
        if input.peek(Token![,]) && input.peek2(syn::parse::End) {
            input.parse::<Token![,]>()?;
        }
        Ok(Self { source, guard, rest: input.parse()? })
    }
}

/// The tokens from one position to another.
fn between(start: ParseStream<'_>, end: ParseStream<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    let mut cursor = start.cursor();
    while cursor != end.cursor() {
        let Some((token, rest)) = cursor.token_tree() else {
            break;
        };
        tokens.extend([token]);
        cursor = rest;
    }
    tokens
}
