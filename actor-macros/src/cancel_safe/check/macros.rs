//! Macros whose tokens are expressions, opened once: every later step sees the same syntax.

use std::collections::HashMap;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Block, Expr, Ident, Macro, Pat, Token,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
    visit::{self, Visit},
};

use super::{
    model::{Node, Spot},
    names, place,
    select::Select,
};

/// What is in the parentheses of a macro.
pub(crate) enum Opened {
    /// `select! { .. }`, or what looks like one.
    Select(Box<Select>),
    /// `pin!(future)` of the standard library.
    Pin(Box<Expr>),
    /// `m!(a, b)`.
    List(Punctuated<Expr, Token![,]>),
    /// `m!(target: a, b = %c, "{d}")`: what stands before each expression, and the expression.
    Fields(Vec<(TokenStream, Expr)>),
    /// `matches!(value, PATTERN if guard)`.
    Match(Box<Expr>, Box<Pat>, Option<Box<Expr>>),
    /// `vec![value; count]`.
    Repeat(Box<Expr>, Box<Expr>),
}

/// The macros of one body.
#[derive(Default)]
pub(crate) struct Macros {
    opened: HashMap<Spot, Opened>,
    /// The variables that are named in texts.
    captured: HashMap<Spot, Vec<Expr>>,
    depth: usize,
    /// How deep expressions stand in each other.
    pub(super) deepest: usize,
}

impl Macros {
    pub(super) fn open(block: &Block) -> Self {
        let mut macros = Self::default();
        macros.visit_block(block);
        macros
    }

    pub(super) fn get(&self, mac: &Macro) -> Option<&Opened> {
        self.opened.get(&mac.spot())
    }

    /// The variables that are named in its texts, `"{x}"`.
    pub(super) fn captured(&self, mac: &Macro) -> &[Expr] {
        self.captured.get(&mac.spot()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The macro, if it waits.
    pub(super) fn select(&self, mac: &Macro) -> Option<&Select> {
        match self.get(mac) {
            Some(Opened::Select(select)) => Some(select),
            _ => None,
        }
    }

    /// Takes the content out, to rewrite it.
    pub(crate) fn take(&mut self, mac: &Macro) -> Option<Opened> {
        self.opened.remove(&mac.spot())
    }
}

impl<'ast> Visit<'ast> for Macros {
    fn visit_macro(&mut self, mac: &'ast Macro) {
        if let Some(opened) = open(mac) {
            for expr in opened.exprs() {
                self.visit_expr(expr);
            }
            let captured = opened.captured();
            if !captured.is_empty() {
                self.captured.insert(mac.spot(), captured);
            }
            self.opened.insert(mac.spot(), opened);
        }
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        // A long sum is deep on its left side only.
        let depth = usize::from(!matches!(expr, Expr::Binary(_)));
        self.depth += depth;
        self.deepest = self.deepest.max(self.depth);
        visit::visit_expr(self, expr);
        self.depth -= depth;
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

impl Opened {
    /// The expressions, in the order in which they are written.
    pub(super) fn exprs(&self) -> Vec<&Expr> {
        match self {
            Self::Select(select) => select.exprs(),
            Self::Pin(future) => vec![future],
            Self::List(list) => list.iter().map(value_of_named).collect(),
            Self::Fields(fields) => fields.iter().map(|(_, value)| value).collect(),
            Self::Match(value, _, guard) => {
                std::iter::once(&**value).chain(guard.as_deref()).collect()
            }
            Self::Repeat(value, count) => vec![value, count],
        }
    }

    /// The variables that are named in texts.
    pub(super) fn captured(&self) -> Vec<Expr> {
        let texts = self.exprs().into_iter().filter_map(|expr| match expr {
            Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text),
            _ => None,
        });
        texts.flat_map(captured).collect()
    }
}

/// `x` of `"{{}} {x:?}"`.
fn captured(text: &syn::LitStr) -> Vec<Expr> {
    let value = text.value().replace("{{", "");
    let names = value.split('{').skip(1).filter_map(|rest| {
        let name = rest.split(['}', ':']).next()?;
        let name: Ident = syn::parse_str(name).ok()?;
        Some(Ident::new(&name.to_string(), text.span()))
    });
    names.map(|name| Expr::Path(place::variable(name))).collect()
}

/// `y` of `x = y` in `println!("{x}", x = y)`, which assigns nothing.
pub(super) fn value_of_named(expr: &Expr) -> &Expr {
    match expr {
        Expr::Assign(named) => &named.right,
        expr => expr,
    }
}

pub(super) fn open(mac: &Macro) -> Option<Opened> {
    let tokens = || mac.tokens.clone();
    if looks_like_select(mac) {
        let select = syn::parse2::<Select>(tokens()).ok().filter(|it| !it.branches.is_empty());
        return select.map(|select| Opened::Select(Box::new(select)));
    }
    if is_pin(&mac.path) {
        return syn::parse2(tokens()).ok().map(Opened::Pin);
    }
    if names::last(&mac.path) == "matches" {
        return matched.parse2(tokens()).ok();
    }
    let list = Punctuated::parse_terminated.parse2(tokens()).map(Opened::List);
    let list = list.or_else(|_| repeated.parse2(tokens()));
    match names::QUIET.has(&names::last(&mac.path)) {
        true => list.or_else(|_| fields.parse2(tokens())).ok(),
        false => list.ok(),
    }
}

/// The arguments of `tracing`'s macros.
fn fields(input: ParseStream<'_>) -> syn::Result<Opened> {
    let mut fields = Vec::new();
    while !input.is_empty() {
        let mut before = TokenStream::new();
        if input.peek(Ident) && input.peek2(Token![:]) && !input.peek2(Token![::]) {
            let (name, colon): (Ident, Token![:]) = (input.parse()?, input.parse()?);
            name.to_tokens(&mut before);
            colon.to_tokens(&mut before);
        } else if let Ok(name) = named(&input.fork()) {
            named(input)?;
            before.extend(name);
        }
        if let Some(sigil) = input.parse::<Option<Token![?]>>()? {
            sigil.to_tokens(&mut before);
        } else if let Some(sigil) = input.parse::<Option<Token![%]>>()? {
            sigil.to_tokens(&mut before);
        }
        fields.push((before, input.parse()?));
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(Opened::Fields(fields))
}

/// `user.name =`.
fn named(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let path = Punctuated::<Ident, Token![.]>::parse_separated_nonempty(input)?;
    if input.peek(Token![==]) || input.peek(Token![=>]) {
        return Err(input.error("no name"));
    }
    let equals: Token![=] = input.parse()?;
    let mut tokens = path.to_token_stream();
    equals.to_tokens(&mut tokens);
    Ok(tokens)
}

fn matched(input: ParseStream<'_>) -> syn::Result<Opened> {
    let value = input.parse()?;
    input.parse::<Token![,]>()?;
    let pattern = Pat::parse_multi_with_leading_vert(input)?;
    let guard = match input.parse::<Option<Token![if]>>()? {
        Some(_) => Some(input.parse()?),
        None => None,
    };
    input.parse::<Option<Token![,]>>()?;
    Ok(Opened::Match(value, Box::new(pattern), guard))
}

fn repeated(input: ParseStream<'_>) -> syn::Result<Opened> {
    let value = input.parse()?;
    input.parse::<Token![;]>()?;
    Ok(Opened::Repeat(value, input.parse()?))
}

/// Whether there is a `=>` at the first level.
fn looks_like_select(mac: &Macro) -> bool {
    let mut after_equals = false;
    names::last(&mac.path) != "matches"
        && mac.tokens.clone().into_iter().any(|token| {
            let TokenTree::Punct(punct) = token else {
                after_equals = false;
                return false;
            };
            let is_arrow = after_equals && punct.as_char() == '>';
            after_equals = punct.as_char() == '=';
            is_arrow
        })
}

/// `pin!` of the standard library.
fn is_pin(path: &syn::Path) -> bool {
    let segments: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    matches!(
        segments.iter().map(String::as_str).collect::<Vec<_>>().as_slice(),
        ["pin"] | ["std" | "core", "pin", "pin"] | ["pin", "pin"]
    )
}

/// Visits the expressions of macros as if they stood beside them.
pub(super) fn visit_opened<'ast, V: Visit<'ast> + ?Sized>(
    visitor: &mut V,
    macros: &'ast Macros,
    mac: &Macro,
) {
    for expr in macros.get(mac).map(Opened::exprs).unwrap_or_default() {
        visitor.visit_expr(expr);
    }
}
