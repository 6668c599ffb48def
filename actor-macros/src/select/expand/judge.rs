//! Asks the compiler whether a future may be dropped.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, ext::IdentExt};

use super::super::{
    known,
    place::{Question, Receiver},
    spans::Ends,
};
use crate::syntax;

/// A future, refused if it may not be dropped: what `#[cancel_safe]` puts before each `.await`.
///
/// `krate` is a path of the user's, not `$crate`.
pub(crate) fn awaited(future: &Expr, krate: &TokenStream) -> TokenStream {
    let Ends { first, .. } = Ends::of(future);
    let module = quote!(#krate::__private::select);
    let kind = match kind(future, krate) {
        Kind::Before(kind) => kind,
        Kind::OfValue => asked(&quote!(__select::ask(&#future, #krate::cancel_safe::m::BY_VALUE))),
    };
    // No block around the call, because temporaries in `future` have to live as long as the
    // `.await`. So each step asks anew.
    let kind = quote!({ use #module as __select; #kind });
    let module = syntax::respanned(module, first);
    let made = quote_spanned!(first=> #module::IntoFuture::into_future(#future));
    judged(&module, &kind, made, future)
}

// Input:
//     mutex.lock()
// Output:
//     SafeToDrop::pass(kind, SafeHandler::pass(kind, KeepsItsPlace::pass(kind, made)))
/// The calls that refuse a future, each in its own words, and underline all of `future`.
///
/// Their paths lie on all of `future` too: where the path of a call equals the place of the error,
/// rustc leaves out its "required by a bound introduced by this call".
pub(super) fn judged(
    module: &TokenStream,
    kind: &TokenStream,
    made: TokenStream,
    future: &Expr,
) -> TokenStream {
    let Ends { last, .. } = Ends::of(future);
    texts(&Question::about(future)).into_iter().fold(made, |judged, text| {
        let text = Ident::new(text, last);
        quote_spanned!(last=> #module::#text::pass(#kind, #judged))
    })
}

/// The traits whose texts may be shown, the most particular first.
fn texts(question: &Question) -> Vec<&'static str> {
    let mut texts = match question {
        Question::Method { method, .. } => {
            let lost = known::text_for(&method.unraw().to_string());
            lost.into_iter().chain(["SafeHandler"]).collect()
        }
        Question::Mutable(_) => vec!["WasSent"],
        Question::Value => vec!["KeepsItsResult"],
        Question::Shared(_) | Question::Type => vec![],
    };
    texts.push("SafeToDrop");
    texts
}

/// Whether `future` may be a source, of which a future has to be made first.
pub(super) fn may_be_source(future: &Expr) -> bool {
    !matches!(Question::about(future), Question::Method { .. } | Question::Type)
}

/// How to learn what is known about a future.
pub(super) enum Kind {
    /// Before it is made. A value without size, whose type says it.
    Before(TokenStream),
    /// From the value itself, which may be a source: see [`asked`].
    OfValue,
}

// Input:
//     self.rx.recv()
// Output:
//     {
//         use __select::traits::*;
//         (&&&&&&&&&&__select::ask(&self.rx, PhantomData::<::actor_runtime::cancel_safe::m::recv>)).kind()
//     }
pub(super) fn kind(future: &Expr, krate: &TokenStream) -> Kind {
    let markers = quote!(#krate::cancel_safe::m);
    let question = match Question::about(future) {
        Question::Method { receiver: Receiver::Place(place), method } => {
            let name = method_name(method, &markers);
            quote!(__select::ask(&#place, #name))
        }
        Question::Method { receiver: Receiver::Accessor(chain), method } => {
            let name = method_name(method, &markers);
            quote!(__select::ask_unrun(|| #chain, #name))
        }
        Question::Mutable(place) => quote!(__select::ask(&#place, #markers::BY_MUT)),
        Question::Shared(place) => quote!(__select::ask(&#place, #markers::BY_REF)),
        Question::Value => return Kind::OfValue,
        Question::Type => return Kind::Before(quote!(__select::unasked())),
    };
    Kind::Before(asked(&question))
}

/// Puts a question.
pub(super) fn asked(question: &TokenStream) -> TokenStream {
    quote! {{
        use __select::traits::*;
        // One more reference than the first rank has.
        (&&&&&&&&&&#question).kind()
    }}
}

/// A type that stands for a method name: the one in `m`, or one of its own.
fn method_name(method: &Ident, markers: &TokenStream) -> TokenStream {
    let mut name = method.clone();
    name.set_span(Span::call_site());
    if known::is_known(&method.unraw().to_string()) {
        return quote!(::core::marker::PhantomData::<#markers::#name>);
    }
    // Without a value of the same name, which might hide the receiver's.
    quote! {{
        #[allow(non_camel_case_types, dead_code)]
        struct #name {}
        ::core::marker::PhantomData::<#name>
    }}
}
