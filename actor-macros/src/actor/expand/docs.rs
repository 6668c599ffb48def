//! The documentation of generated items.

use proc_macro2::{Literal, Span, TokenStream, TokenTree};
use quote::quote;
use syn::{
    Attribute, Expr, ExprLit, Lit, Meta, MetaList, Path, Token, Type, punctuated::Punctuated,
};

use crate::{
    actor::model::{Actor, Handler},
    names, syntax,
};

/// The documentation of a generated type, where `{}` in `text` is a link to the actor.
pub(super) fn linked(actor: &Actor, text: &str) -> TokenStream {
    let name = names::text(&actor.ident);
    let name = match link(actor) {
        Some(path) => format!("[`{name}`](type@{path})"),
        None => format!("`{name}`"),
    };
    let doc = text.replace("{}", &name);
    quote!(#[doc = #doc])
}

/// Whether [`linked`] makes a link.
pub(super) fn may_link(actor: &Actor) -> bool {
    link(actor).is_some()
}

/// Allows links to the actor from items that are more public.
pub(super) fn allow_private_links() -> TokenStream {
    let reason = "the actor may be private";
    quote!(#[allow(rustdoc::private_intra_doc_links, reason = #reason)])
}

/// The path of the actor as rustdoc parses it; `None` if it cannot.
fn link(actor: &Actor) -> Option<String> {
    let Type::Path(ty) = syntax::ungrouped(&actor.ty) else { return None };
    let Path { leading_colon, segments } = &ty.path;
    let words: Vec<String> = segments.iter().map(|segment| segment.ident.to_string()).collect();
    let is_readable = |word: &String| !word.starts_with("r#") && word != "$crate";
    (leading_colon.is_none() && words.iter().all(is_readable)).then(|| words.join("::"))
}

/// Whether the documentation of a handler has links.
pub(super) fn has_links(handler: &Handler) -> bool {
    handler.attrs.docs.iter().any(|attr| text(attr).is_none_or(|text| text.contains('[')))
}

// Input:  /// Adds `amount`, up to [`Self::LIMIT`].
//         ///
//         /// ``` (an example)
// Output: /// Adds `amount`, up to [`Counter::LIMIT`].
//         #[cfg_attr(not(doctest), doc = " ``` (the example)")]
/// The documentation of the handle's method for a handler.
///
/// `Self` is the actor there. Its examples are shown, and are tested where they were written.
pub(super) fn of_method(actor: &Actor, handler: &Handler) -> TokenStream {
    let docs = &handler.attrs.docs;
    let mut copy = Copy::of(actor, handler);
    let has_code = docs.iter().any(|attr| text(attr).is_none_or(|text| has_code(&text)));
    let lines = docs.iter().map(|attr| {
        let meta = copy.renamed(attr);
        if has_code && has_text(attr) {
            quote!(#[cfg_attr(not(doctest), #meta)])
        } else {
            quote!(#[#meta])
        }
    });
    let lines: TokenStream = lines.collect();
    let default = (!docs.iter().any(has_text)).then(|| default(actor, handler));
    let allow = (!docs.iter().all(is_readable)).then(allow_broken_links);
    quote!(#lines #default #allow)
}

/// The documentation of a handler's message: the first paragraph of the handler's.
pub(super) fn of_variant(actor: &Actor, handler: &Handler) -> TokenStream {
    let mut copy = Copy { handlers: Vec::new(), ..Copy::of(actor, handler) };
    let mut lines = TokenStream::new();
    let mut is_over = false;
    let mut is_said = false;
    for attr in &handler.attrs.docs {
        let Some(text) = text(attr) else {
            // The rest of the text is with the handle's method.
            lines.extend((!has_text(attr)).then(|| quote!(#attr)));
            continue;
        };
        if is_over {
            continue;
        }
        let paragraph = first_paragraph(&text);
        is_over = paragraph.len() < text.trim_end().len() || paragraph.trim().is_empty();
        if !paragraph.trim().is_empty() {
            let meta = copy.with_text(&attr.meta, paragraph);
            lines.extend(quote!(#[#meta]));
            is_said = true;
        }
    }
    let default = (!is_said).then(|| default(actor, handler));
    quote!(#lines #default)
}

/// What is said of a handler without documentation.
fn default(actor: &Actor, handler: &Handler) -> TokenStream {
    let (actor, handler) = (names::text(&actor.ident), names::text(&handler.ident));
    let doc = format!(" Calls `{actor}::{handler}`.");
    quote!(#[doc = #doc])
}

/// Whether `attr` adds text, as `#[doc = ".."]` and `#[cfg_attr(docsrs, doc = "..")]` do, and `#[doc(hidden)]` does not.
fn has_text(attr: &Attribute) -> bool {
    match &attr.meta {
        Meta::NameValue(_) => true,
        Meta::Path(_) => false,
        Meta::List(_) => inner(attr).iter().any(|meta| matches!(meta, Meta::NameValue(_))),
    }
}

/// Whether the text of `attr` stands there, and not in a file or in the arguments of a macro.
fn is_readable(attr: &Attribute) -> bool {
    let is_readable = |meta: &Meta| match meta {
        Meta::NameValue(_) => literal(meta).is_some(),
        Meta::Path(_) | Meta::List(_) => true,
    };
    is_readable(&attr.meta) && inner(attr).iter().all(is_readable)
}

/// What a `cfg_attr` adds under its condition.
fn inner(attr: &Attribute) -> Vec<Meta> {
    let Meta::List(list) = &attr.meta else { return Vec::new() };
    let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
    let metas = list.parse_args_with(parser).ok().filter(|_| attr.path().is_ident("cfg_attr"));
    metas.into_iter().flatten().skip(1).collect()
}

/// A text that the macro cannot read may have links through `Self`, which rustdoc has checked where it was written.
fn allow_broken_links() -> TokenStream {
    let reason = "`Self` is another type here";
    quote!(#[allow(rustdoc::broken_intra_doc_links, reason = #reason)])
}

/// The text of `#[doc = "text"]`; `None` for other forms.
fn text(attr: &Attribute) -> Option<String> {
    literal(&attr.meta)
}

fn literal(meta: &Meta) -> Option<String> {
    match meta {
        Meta::NameValue(meta) => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        Meta::Path(_) | Meta::List(_) => None,
    }
}

/// Up to the first blank line or the first line of code.
fn first_paragraph(text: &str) -> &str {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let is_over = line.trim().is_empty() || is_fence(line);
        if is_over && !text[..end].trim().is_empty() || is_fence(line) {
            break;
        }
        end += line.len();
    }
    text[..end].trim_end()
}

fn is_fence(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("```") || line.starts_with("~~~")
}

/// Whether a line of `text` may be code, in fences or indented.
fn has_code(text: &str) -> bool {
    text.lines().any(|line| is_fence(line) || line.starts_with("     ") || line.starts_with('\t'))
}

/// Copies documentation to where `Self` is another type.
struct Copy {
    /// The path of the actor.
    actor: Option<String>,
    /// The names that `Self` may stay in front of: those of the methods of the handle.
    handlers: Vec<String>,
    /// Whether the line is between two fences.
    is_code: bool,
}

impl Copy {
    fn of(actor: &Actor, handler: &Handler) -> Self {
        let is_there = |other: &&Handler| {
            other.attrs.cfgs.is_empty() || std::ptr::eq::<Handler>(*other, handler)
        };
        let handlers = actor.handlers.iter().filter(is_there);
        Self {
            actor: link(actor),
            handlers: handlers.map(|handler| names::text(&handler.ident)).collect(),
            is_code: false,
        }
    }

    fn renamed(&mut self, attr: &Attribute) -> Meta {
        let mut meta = self.renamed_meta(&attr.meta);
        let metas = inner(attr);
        if let (Meta::List(list), false) = (&mut meta, metas.is_empty()) {
            let condition = condition(list);
            let metas = metas.iter().map(|meta| self.renamed_meta(meta));
            list.tokens = quote!(#condition #(, #metas)*);
        }
        meta
    }

    fn renamed_meta(&mut self, meta: &Meta) -> Meta {
        match literal(meta) {
            Some(text) => self.with_text(meta, &text),
            None => meta.clone(),
        }
    }

    fn with_text(&mut self, meta: &Meta, text: &str) -> Meta {
        let mut meta = meta.clone();
        let renamed: Vec<String> = text.split('\n').map(|line| self.line(line)).collect();
        if let Meta::NameValue(meta) = &mut meta {
            let mut literal = Literal::string(&renamed.join("\n"));
            literal.set_span(value_span(&meta.value));
            meta.value = Expr::Lit(ExprLit { attrs: Vec::new(), lit: Lit::new(literal) });
        }
        meta
    }

    fn line(&mut self, line: &str) -> String {
        if is_fence(line) {
            self.is_code = !self.is_code;
        }
        match &self.actor {
            Some(actor) if !self.is_code => self.without_self(actor, line),
            _ => line.to_owned(),
        }
    }

    /// Replaces `Self` in `Self::LIMIT`, and alone in a code span or a link.
    fn without_self(&self, actor: &str, line: &str) -> String {
        let mut renamed = String::new();
        let mut rest = line;
        while let Some(start) = rest.find("Self") {
            let (before, after) = (&rest[..start], &rest[start + "Self".len()..]);
            renamed.push_str(before);
            let in_word =
                before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
            let is_path = after.strip_prefix("::").is_some_and(|item| !self.is_handler(item));
            rest = after;
            if in_word {
                renamed.push_str("Self");
            } else if is_path || before.ends_with('`') && after.starts_with('`') {
                renamed.push_str(actor);
            } else if before.ends_with("](") && after.starts_with(')') {
                // There may be a function of the same name.
                renamed.push_str(&format!("type@{actor}"));
            } else {
                renamed.push_str("Self");
            }
            let link = before.ends_with("[`").then(|| rest.strip_prefix("`]")).flatten();
            if let Some(after) = link.filter(|after| !after.starts_with(['(', '[', ':'])) {
                renamed.push_str(&format!("`](type@{actor})"));
                rest = after;
            }
        }
        renamed + rest
    }

    fn is_handler(&self, item: &str) -> bool {
        let end = item.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
        let name = &item[..end.unwrap_or(item.len())];
        self.handlers.iter().any(|handler| handler == name)
    }
}

/// The condition of a `cfg_attr`: what stands before the first comma.
fn condition(list: &MetaList) -> TokenStream {
    let is_comma =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    list.tokens.clone().into_iter().take_while(|token| !is_comma(token)).collect()
}

fn value_span(value: &Expr) -> Span {
    match value {
        Expr::Lit(ExprLit { lit, .. }) => lit.span(),
        _ => Span::call_site(),
    }
}
