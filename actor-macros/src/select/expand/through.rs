//! Looks through words and functions around a future, to the future itself.

use std::borrow::Cow;

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, ExprCall};

use super::{
    super::{question::ungrouped, spans::Ends},
    judge::{self, Place},
};

/// Functions that wrap a future, their last argument, and hold nothing else.
const WRAPPERS: &[&str] = &["cooperative", "timeout", "timeout_at", "unconstrained"];

/// Functions whose futures have no name and are known: dropping one of these loses nothing.
const KNOWN: &[&str] = &["ctrl_c", "yield_now"];

/// A future, without the words around it.
pub(super) struct Through<'a> {
    pub(super) future: Cow<'a, Expr>,
    /// `requeue(..)` stood around it: its place in a queue may be lost.
    pub(super) may_requeue: bool,
}

impl Through<'_> {
    pub(super) fn place(&self, place: Place) -> Place {
        if self.may_requeue { Place::Requeued } else { place }
    }
}

// Input:
//     timeout(limit, rx.recv())
// Output:
//     timeout(limit, wrapped(/* rx.recv(), refused if it may not be dropped */))
pub(super) fn through<'a>(future: &'a Expr, krate: &TokenStream) -> Through<'a> {
    let plain = Through { future: Cow::Borrowed(future), may_requeue: false };
    let Expr::Call(call) = ungrouped(future) else { return plain };
    let (name, Some(inner)) = (function(call), call.args.last()) else {
        return match KNOWN.contains(&&*function(call)) {
            true => Through { future: Cow::Owned(known(future, call, krate)), ..plain },
            false => plain,
        };
    };
    if name == "requeue" && call.args.len() == 1 && !matches!(inner, Expr::Reference(_)) {
        return Through { future: Cow::Borrowed(inner), may_requeue: true };
    }
    if !WRAPPERS.contains(&&*name) {
        return plain;
    }
    let mut wrapped = call.clone();
    if let Some(inner) = wrapped.args.last_mut() {
        let asked = judge::awaited(inner, krate);
        *inner = Expr::Verbatim(quote! {
            #krate::cancel_safe::carries::wrapped(#asked)
        });
    }
    Through { future: Cow::Owned(Expr::Call(wrapped)), may_requeue: false }
}

/// A future of tokio's, if it is that: a function of the same name may be another one.
fn known(future: &Expr, call: &ExprCall, krate: &TokenStream) -> Expr {
    let Ends { first, last } = Ends::of(future);
    let name = Ident::new(&function(call), first);
    let functions = quote!(#krate::cancel_safe::functions);
    let same = quote!(&mut &mut #functions::Same::new(#future, #functions::#name));
    let traits = quote!(use #functions::{Known as _, Unknown as _};);
    // All of it is underlined, by its first token and its last.
    let same = quote_spanned!(first=> { #traits (#same).known() });
    Expr::Verbatim(quote_spanned!(last=> #same))
}

/// Whether it is a future around its last argument.
pub(in super::super) fn is_wrapper(call: &ExprCall) -> bool {
    let name = function(call);
    WRAPPERS.contains(&&*name) || name == "requeue" && call.args.len() == 1
}

/// The last word of the function's path.
pub(super) fn function(call: &ExprCall) -> String {
    match &*call.func {
        Expr::Path(path) => path.path.segments.last().map(|it| it.ident.to_string()),
        _ => None,
    }
    .unwrap_or_default()
}
