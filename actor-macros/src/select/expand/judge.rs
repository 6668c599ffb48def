//! Asks the compiler whether a future may be dropped.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, ext::IdentExt};

use super::{
    super::{
        method_names::{self, Reasons},
        question::{Question, Receiver},
        spans::Ends,
    },
    genuine, through,
};
use crate::syntax;

/// Where a future is waited for: what can be said about it differs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Branch,
    Body,
    /// In a loop, before the `select!` that it is lent to.
    Loop,
    /// In the word `requeue(..)`: its place in a queue may be lost.
    Requeued,
}

impl Place {
    /// The trait with the words for this place; nothing if it need not be asked. Each lets all pass but
    /// what it is about.
    fn text(self, text: &str) -> Option<String> {
        match (self, text) {
            (Self::Requeued, "KeepsItsPlace") => None,
            (Self::Loop, "SafeToDrop") => Some("MadeOnce".to_owned()),
            (Self::Branch | Self::Loop, text) => Some(text.to_owned()),
            (_, "KeepsItsPlace" | "KeepsItsBytes" | "SafeToDrop") => Some(format!("{text}InBody")),
            (_, text) if text.starts_with("KnownWith") => Some(format!("{text}InBody")),
            (_, text) => Some(text.to_owned()),
        }
    }
}

/// A future, refused if it may not be dropped: what `#[cancel_safe]` puts before each `.await`.
///
/// `krate` is a path of the user's, not `$crate`.
pub(crate) fn awaited(future: &Expr, krate: &TokenStream) -> TokenStream {
    asked_in_place(future, krate, Place::Body)
}

/// A future that a loop makes in each turn and lends to a `select!`, refused if it may not be dropped.
pub(crate) fn made_in_a_loop(future: &Expr, krate: &TokenStream) -> TokenStream {
    asked_in_place(future, krate, Place::Loop)
}

fn asked_in_place(future: &Expr, krate: &TokenStream, place: Place) -> TokenStream {
    let through = through::through(future, krate);
    let (future, place) = (&*through.future, through.place(place));
    let Ends { first, last } = Ends::of(future);
    let module = quote!(#krate::__private::select);
    let question = Question::about(future);
    let kind = match (kind(&question, krate), &question) {
        (Some(kind), _) => kind,
        (None, Question::Value) => asked(&quote!(__select::ask_value(&#future))),
        // Its value cannot be looked at, because temporaries in `future` have to live as long as the
        // `.await`.
        (None, _) => quote!(__select::unasked()),
    };
    // For the same reason there is no block around the call: the answer goes through it with the future.
    let kind = quote!({ use #module as __select; #kind });
    let module = syntax::respanned(module, first);
    let made = quote_spanned!(last=> #module::IntoFuture::into_future(#future));
    let handler = match &question {
        Question::Method { method, .. } if !method_names::is_known(&method.unraw().to_string()) => {
            quote!(#module::KeepsItsAnswer)
        }
        _ => quote!(#module::SafeHandler),
    };
    let made = genuine::compared(&question, &made, Ends { first, last }, krate).unwrap_or(made);
    let asked = quote_spanned!(last=> #module::asked(#kind, #made));
    let judged = texts(&module, &handler, future, place)
        .into_iter()
        .fold(asked, |asked, text| quote_spanned!(last=> #text::pass_asked(#asked)));
    quote_spanned!(last=> #module::made(#judged))
}

// Input:
//     mutex.lock()
// Output:
//     SafeToDrop::pass(kind, __SafeHandler0::pass(kind, KeepsItsPlace::pass(kind, made)))
/// The calls that refuse a future, each in its own words, and underline all of `future`.
///
/// Their paths lie on all of `future` too: where the path of a call equals the place of the error,
/// rustc leaves out its "required by a bound introduced by this call".
pub(super) fn judged(
    module: &TokenStream,
    kind: &TokenStream,
    made: TokenStream,
    handler: &TokenStream,
    future: &Expr,
    place: Place,
) -> TokenStream {
    let Ends { last, .. } = Ends::of(future);
    texts(module, handler, future, place)
        .into_iter()
        .fold(made, |judged, text| quote_spanned!(last=> #text::pass(#kind, #judged)))
}

/// The traits that a future has to pass, from the innermost to the outermost.
fn texts(
    module: &TokenStream,
    handler: &TokenStream,
    future: &Expr,
    place: Place,
) -> Vec<TokenStream> {
    let Ends { last, .. } = Ends::of(future);
    let text = |name: &str| {
        let name = Ident::new(name, last);
        quote!(#module::#name)
    };
    let mut texts = Vec::new();
    let mut unknown = "SafeToDrop";
    match Question::about(future) {
        Question::Method { method, .. } => {
            let method = method.unraw().to_string();
            let loses = method_names::text_for(&method).and_then(|loses| place.text(loses));
            texts.extend(loses.as_deref().map(text));
            // A call that is lent is refused where it is lent.
            texts.extend((place != Place::Loop).then(|| handler.clone()));
            unknown = method_names::text_for_unknown(&method);
        }
        Question::Mutable(_) => texts.push(text("WasSent")),
        Question::Value | Question::Temporary => {
            let names = ["KeepsItsResult", "KeepsItsAnswer", "KeepsItsMessage", "KeepsItsLease"];
            texts.extend(names.map(text));
        }
        Question::Shared(_) => {}
    }
    texts.extend(place.text(unknown).as_deref().map(text));
    texts
}

// Input:
//     bank.transfer(5)
// Output:
//     #[diagnostic::on_unimplemented(message = "the handler `transfer` is not marked ..", ..)]
//     trait __SafeHandler0<Why, M>: Sized { .. }
//     impl<F: __select::SafeHandler<Why, M>, Why, M> __SafeHandler0<Why, M> for F {}
/// `SafeHandler` with the name of the handler in its text; nothing for what is no method, and for a
/// method that `m` has a name for: the text of `SafeHandler` prints that.
///
/// A type made here and named after the handler would be printed too, but with all functions and
/// closures around it as soon as there is another of that name.
pub(super) fn named_handler(future: &Expr, name: &Ident) -> Option<TokenStream> {
    let Question::Method { method, .. } = Question::about(future) else {
        return None;
    };
    let method = method.unraw();
    if method_names::is_known(&method.to_string()) {
        return None;
    }
    let message = format!(
        "the handler `{method}` is not marked `#[cancel_safe]`, so its call may not be dropped"
    );
    let keep = format!(
        "to keep it while other branches win: send it before the loop, `let mut answer = \
         handle.{method}(..).sent().await?`, and select on `&mut answer`"
    );
    Some(quote! {
        #[diagnostic::on_unimplemented(
            message = #message,
            label = "if this is dropped first, the actor may or may not do it, and its answer is lost",
            note = #keep,
            note = "or let it finish: `.await` it outside of `select!`",
            note = "or mark the handler `#[cancel_safe]`, and say what becomes of a reply that is never read"
        )]
        trait #name<Why, M>: ::core::marker::Sized {
            #[inline(always)]
            fn pass(_: __select::Kind<Why, M>, future: Self) -> Self { future }
        }
        #[diagnostic::do_not_recommend]
        impl<F: __select::SafeHandler<Why, M>, Why, M> #name<Why, M> for F {}
    })
}

// Input:
//     self.rx.recv()
// Output:
//     {
//         use __select::traits::*;
//         let question = __select::ask(&self.rx, __select::Method::<m::recv, HASH>::IT);
//         {
//             use crate::*;
//             (&&&&&&&&&&&&&&question).__kind()
//         }
//     }
/// What is known about a future before it is made: a value without size whose type says it. Nothing,
/// if its value has to be looked at.
pub(super) fn kind(question: &Question, krate: &TokenStream) -> Option<TokenStream> {
    let names = quote!(#krate::cancel_safe);
    let name = |method: &Ident| {
        let hash = method_names::hash(method);
        let mut name = method.clone();
        name.set_span(Span::call_site());
        let name = match method_names::is_known(&method.unraw().to_string()) {
            true => quote!(#names::m::#name),
            false => quote!(#names::OtherMethod),
        };
        quote!(__select::Method::<#name, #hash>::IT)
    };
    let question = match question {
        Question::Method { receiver: Receiver::Place(place), method } => {
            let name = name(method);
            return Some(asked_of_method(&quote!(__select::ask(&#place, #name)), method));
        }
        Question::Method { receiver: Receiver::Accessor(chain), method } => {
            let name = name(method);
            return Some(asked_of_method(&quote!(__select::ask_unrun(|| #chain, #name)), method));
        }
        Question::Mutable(place) => quote!(__select::ask_lent(&#place)),
        Question::Shared(place) => quote!(__select::ask_shared(&#place)),
        Question::Value | Question::Temporary => return None,
    };
    Some(asked(&question))
}

/// Puts a question, which the declarations at the root of the user's crate may answer too.
///
/// The inner block imports all of the root, because importing a trait that is not there would be an
/// error. So it contains no code of the user's, and no name that the root could have.
fn asked_of_method(question: &TokenStream, method: &Ident) -> TokenStream {
    let name = super::local("__select_question");
    // One more reference than the first rank has that may hold for a method of this name.
    let references = match method_names::reasons(&method.unraw().to_string()) {
        Reasons::Losing => quote!(&&&&&&&&&&&&&&),
        Reasons::Safe => quote!(&&&&&&&&&&&),
        Reasons::Other => quote!(&&&&&&&),
    };
    let kind = quote!((#references #name).__kind());
    quote! {{
        use __select::traits::*;
        let #name = #question;
        {
            #[allow(unused_imports)]
            use crate::*;
            #kind
        }
    }}
}

/// Puts a question.
///
/// There is one more reference than the first rank has.
pub(super) fn asked(question: &TokenStream) -> TokenStream {
    quote! {{
        use __select::traits::*;
        (&&&&&&&&&&&&&&#question).__kind()
    }}
}
