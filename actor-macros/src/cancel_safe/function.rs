//! Checks a whole function: whether it can be marked, and whether its body is cancel safe.
//!
//! The check of the body, in `check`, is independent of this: a tool of the tests runs it on other crates.

use proc_macro2::TokenStream;
use syn::{Block, ReturnType, Signature, Type};

use super::{
    check::{self, Arguments, End},
    model::{CheckedFunction, Grounds},
    options::{Answer, Options},
    parse::{self, Body, Function},
};
use crate::{checked_select::PlainSelects, diagnostics::Diagnostics};

/// Checks the function. Returns `None` if it cannot be marked, or if its body cannot be parsed.
pub(super) fn check(
    function: Function,
    options: &Options,
    arguments: Arguments,
    diagnostics: &mut Diagnostics,
) -> Option<CheckedFunction> {
    if arguments == Arguments::Given && !is_markable(&function, diagnostics) {
        return None;
    }
    let Function { attrs, vis, signature, body: Body::Block(block) } = function else {
        return None;
    };
    let grounds = grounds(options, &signature, &block, arguments, diagnostics);
    let selects = PlainSelects::of_block(&block);
    Some(CheckedFunction { attrs, vis, signature, block, grounds, selects })
}

/// Why the function counts as cancel safe. Reports the findings if it is not.
fn grounds(
    options: &Options,
    signature: &Signature,
    block: &Block,
    arguments: Arguments,
    diagnostics: &mut Diagnostics,
) -> Grounds {
    if let Some(why) = &options.trusted {
        return Grounds::Trusted(why.clone());
    }
    let end = match (&options.answer, arguments) {
        // An unread reply is dropped, so the handler may only look.
        (None, Arguments::InMessage) => End::Wait,
        _ => End::Act,
    };
    let mut verdict = check::check(signature, block, arguments, end);
    if let Some(Answer::Idempotent { .. }) = options.answer {
        verdict.findings.extend(check::repeated(signature, block));
    }
    for finding in &verdict.findings {
        diagnostics.report(&finding.caret, &finding.message, &finding.help);
    }
    match verdict.findings.is_empty() {
        true => Grounds::Checked(Box::new(verdict.model)),
        false => Grounds::Refused,
    }
}

/// Whether the signature can be marked. Reports why not.
fn is_markable(function: &Function, diagnostics: &mut Diagnostics) -> bool {
    let signature = &function.signature;
    let name = &signature.ident;
    if signature.asyncness.is_none() {
        let message = format!("`#[cancel_safe]` goes on an `async fn`, and `{name}` is not one");
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
    if let ReturnType::Type(_, ty) = &signature.output {
        if matches!(&**ty, Type::Never(_)) {
            let message = format!("`{name}` never returns, but a future needs an output type");
            diagnostics.report(ty, message, "write `-> std::convert::Infallible`");
            return false;
        }
    }
    true
}

/// Reports an item that is not a function.
pub(super) fn no_function(item: &TokenStream, diagnostics: &mut Diagnostics) {
    // For a function with a syntax error, rustc has the better message.
    if !parse::is_function(item.clone()) {
        let first: TokenStream = item.clone().into_iter().take(1).collect();
        let message = "`#[cancel_safe]` goes on an `async fn`";
        diagnostics.report(first, message, "put it on each function that may be dropped");
    }
}
