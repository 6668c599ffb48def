//! `#[cancel_safe]`: marks an `async fn` that may be dropped at any `.await` and called again.
//!
//! ```text
//! tokens ── parse ──▶ Function, Options ── check ──▶ Verdict ── expand ──▶ tokens
//!                                            └─────▶ diagnostics, all of them
//! ```
//!
//! The check of the body knows names and the flow of control; whether what is awaited may be dropped
//! is a question of types, which the expansion asks the compiler.

pub(crate) mod check;
mod expand;
pub(crate) mod options;
mod parse;

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use syn::{Attribute, Block, Path, ReturnType, Signature, Type};

use self::{
    check::{Arguments, Verdict},
    options::Options,
    parse::{Body, Function},
};
use crate::diagnostics::Diagnostics;

/// Expands the attribute.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let options = Options::parse(args, &mut diagnostics);
    options.refuse_answer(&mut diagnostics);
    let expanded = match parse::parse(item.clone()) {
        Some(function) => expand_function(function, &options, item, &mut diagnostics),
        None => {
            refuse_what_is_no_function(&item, &mut diagnostics);
            item
        }
    };
    let mut tokens = diagnostics.finish();
    tokens.extend(expanded);
    tokens
}

/// A handler of an actor that is marked: its body is checked and rewritten if anything is awaited in
/// it. Its arguments are in a message, so they are not lost with a call.
pub(crate) fn handler(
    attrs: Vec<Attribute>,
    tokens: TokenStream,
    options: &Options,
    krate: &Path,
    diagnostics: &mut Diagnostics,
) -> Option<TokenStream> {
    let function = parse::parse(tokens)?;
    let is_marked =
        function.signature.asyncness.is_some() && matches!(function.body, Body::Block(_));
    if !is_marked || !is_markable(&function, diagnostics) {
        return None;
    }
    let Function { attrs: inner, vis, signature, body: Body::Block(block) } = function else {
        return None;
    };
    let attrs = attrs.into_iter().chain(inner).collect();
    let how = how(options, &signature, &block, Arguments::InMessage, diagnostics);
    Some(expand::function(attrs, vis, signature, block, how, krate))
}

fn expand_function(
    function: Function,
    options: &Options,
    item: TokenStream,
    diagnostics: &mut Diagnostics,
) -> TokenStream {
    if !is_markable(&function, diagnostics) {
        return item;
    }
    let Function { attrs, vis, signature, body } = function;
    let Body::Block(block) = body else { return item };
    let how = how(options, &signature, &block, Arguments::Given, diagnostics);
    expand::function(attrs, vis, signature, block, how, &options.krate)
}

/// Why the function is cancel safe. If it is not, that is reported.
fn how(
    options: &Options,
    signature: &Signature,
    block: &Block,
    arguments: Arguments,
    diagnostics: &mut Diagnostics,
) -> expand::How {
    if let Some(why) = &options.trusted {
        return expand::How::Trusted(why.clone());
    }
    let verdict = check::check(signature, block, arguments);
    if report(&verdict, signature, diagnostics) {
        expand::How::Checked(verdict.looks)
    } else {
        expand::How::Refused
    }
}

/// Reports what the check has found. Gives whether that is nothing.
pub(crate) fn report(
    verdict: &Verdict,
    signature: &Signature,
    diagnostics: &mut Diagnostics,
) -> bool {
    for finding in &verdict.findings {
        let message = format!("{} [{}]", finding.message, finding.rule);
        if finding.caret.tokens.is_empty() {
            diagnostics.report(&signature.ident, message, &finding.help);
        } else {
            diagnostics.report(&finding.caret.tokens, message, &finding.help);
        }
    }
    verdict.findings.is_empty()
}

/// Whether the signature can be marked at all.
fn is_markable(function: &Function, diagnostics: &mut Diagnostics) -> bool {
    let signature = &function.signature;
    let name = &signature.ident;
    if signature.asyncness.is_none() {
        let message = format!("`#[cancel_safe]` goes on an `async fn`, and `{name}` is none");
        let help = "a function that returns a future is marked by its type: `-> impl CancelSafe<Output = T>`";
        diagnostics.report(signature.fn_token, message, help);
        return false;
    }
    if let Body::None = function.body {
        let message = format!("`#[cancel_safe]` checks a body, and `{name}` has none");
        let help = format!(
            "declare it by its type, `fn {name}(..) -> impl CancelSafe<Output = T> + Send;`, and mark the function that implements it"
        );
        diagnostics.report(signature.asyncness, message, help);
        return false;
    }
    if let ReturnType::Type(_, ty) = &signature.output
        && matches!(&**ty, Type::Never(_))
    {
        let message = format!("`{name}` never gives a value, and a future needs a type for it");
        diagnostics.report(ty, message, "write `-> std::convert::Infallible`");
        return false;
    }
    true
}

fn refuse_what_is_no_function(item: &TokenStream, diagnostics: &mut Diagnostics) {
    // A function that cannot be read has a mistake that the compiler tells.
    if !parse::is_function(item.clone()) {
        let first: TokenStream = item.clone().into_iter().take(1).collect();
        let message = "`#[cancel_safe]` goes on an `async fn`";
        diagnostics.report(first, message, "put it on each function that may be dropped");
    }
}
