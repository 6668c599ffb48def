//! The documentation of generated items.

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Path, Type};

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
    let lines = docs.iter().map(|attr| match (copy.renamed(attr), has_code) {
        (meta, true) if !matches!(meta, Meta::List(_)) => {
            quote!(#[cfg_attr(not(doctest), #meta)])
        }
        (meta, _) => quote!(#[#meta]),
    });
    let lines: TokenStream = lines.collect();
    let default = default(actor, handler);
    quote!(#lines #default)
}

/// The documentation of a handler's message: the first paragraph of the handler's.
pub(super) fn of_variant(actor: &Actor, handler: &Handler) -> TokenStream {
    let mut copy = Copy { handlers: Vec::new(), ..Copy::of(actor, handler) };
    let mut lines = TokenStream::new();
    let mut is_over = false;
    for attr in &handler.attrs.docs {
        let Some(text) = text(attr) else {
            lines.extend(quote!(#attr));
            continue;
        };
        if is_over {
            continue;
        }
        let paragraph = first_paragraph(&text);
        is_over = paragraph.len() < text.trim_end().len() || paragraph.trim().is_empty();
        if !paragraph.trim().is_empty() {
            let meta = copy.with_text(attr, paragraph);
            lines.extend(quote!(#[#meta]));
        }
    }
    let default = default(actor, handler);
    quote!(#lines #default)
}

/// What is said of a handler without documentation.
fn default(actor: &Actor, handler: &Handler) -> Option<TokenStream> {
    let is_text = |doc: &Attribute| !matches!(doc.meta, Meta::List(_));
    (!handler.attrs.docs.iter().any(is_text)).then(|| {
        let (actor, handler) = (names::text(&actor.ident), names::text(&handler.ident));
        let doc = format!(" Calls `{actor}::{handler}`.");
        quote!(#[doc = #doc])
    })
}

/// The text of `#[doc = "text"]`; `None` for other forms.
fn text(attr: &Attribute) -> Option<String> {
    match &attr.meta {
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
        match text(attr) {
            Some(text) => self.with_text(attr, &text),
            None => attr.meta.clone(),
        }
    }

    fn with_text(&mut self, attr: &Attribute, text: &str) -> Meta {
        let mut meta = attr.meta.clone();
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

fn value_span(value: &Expr) -> Span {
    match value {
        Expr::Lit(ExprLit { lit, .. }) => lit.span(),
        _ => Span::call_site(),
    }
}
