//! Calls on places that are borrowed as shared, so that the compiler decides whether they change them.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, ExprMethodCall};

use super::super::check::{Words, is_plain};
use crate::select::Ends;

// Input:
//     self.pool.idle()
// Output:
//     (match (look::AnAwaitFollows { only_look_or_write_repeatable: &self.pool }) {
//         an_await_follows => an_await_follows.only_look_or_write_repeatable.idle()
//     })
/// The names are for the reader: the borrow checker's error quotes them, and nothing else in it can be
/// chosen.
pub(super) fn looks(expr: &Expr, may_take: bool, look: &TokenStream) -> TokenStream {
    let (ty, field) = match may_take {
        true => ("AnAwaitFollowsWithoutValue", "only_look_or_write_all_or_nothing"),
        false => ("AnAwaitFollows", "only_look_or_write_repeatable"),
    };
    lent(expr, look, [ty, field, "an_await_follows"])
}

/// Like [`looks`], for a local of an earlier turn.
pub(super) fn keeps(expr: &Expr, look: &TokenStream) -> TokenStream {
    lent(expr, look, ["MadeInThisCall", "keep_it_in_self", "made_in_this_call"])
}

fn lent(expr: &Expr, look: &TokenStream, [ty, field, name]: [&str; 3]) -> TokenStream {
    let Expr::MethodCall(call) = bare(expr) else { return quote!(#expr) };
    let ExprMethodCall { receiver, method, turbofish, args, .. } = call;
    // Temporaries in the arguments would not live past the end of a `match`.
    if !args.iter().all(is_plain) {
        return quote!((&#receiver).#method #turbofish (#args));
    }
    let Ends { first, last } = Ends::of(&**receiver);
    let (ty, field) = (Ident::new(ty, Span::call_site()), Ident::new(field, last));
    let bound = Ident::new(name, first);
    quote! {
        (match (#look::#ty { #field: &#receiver }) {
            #bound => #bound.#field.#method #turbofish (#args)
        })
    }
}

// Input:
//     self.expire()
// Output:
//     Self::expire({
//         #[diagnostic::on_unimplemented(message = "`self.expire()` changes `self` ..")]
//         trait __OnlyLooks<'a, T: ?Sized> { fn lend(place: &'a T) -> Self; }
//         impl<'a, T: ?Sized> __OnlyLooks<'a, T> for &'a T { .. }
//         __OnlyLooks::lend(&*self)
//     })
/// The trait is not implemented for `&mut Self`, so a method that takes it is an error.
pub(super) fn looks_at_self(expr: &Expr, words: &Words) -> TokenStream {
    let Expr::MethodCall(call) = bare(expr) else { return quote!(#expr) };
    let ExprMethodCall { receiver, method, turbofish, args, .. } = call;
    let text = format!("{}\nhelp: {}", words.message, words.help);
    let text = text.replace('{', "{{").replace('}', "}}");
    let Ends { first, last } = Ends::of(expr);
    // Temporaries in the arguments would not live past the end of a `match`.
    let has_name = args.iter().all(is_plain);
    let bound = Ident::new("__place", last);
    let place = if has_name { quote!(#bound) } else { quote!(#receiver) };
    // The first and the last token have the spans of the user's, so all of the call is underlined.
    let (ask, lend) = (Ident::new("__OnlyLooks", first), Ident::new("lend", last));
    let place = quote_spanned!(first=> &*#place);
    let (turbofish, each) = (turbofish.as_ref(), args.iter());
    let call = quote! {
        Self::#method #turbofish ({
            #[diagnostic::on_unimplemented(
                message = #text,
                label = "an `.await` of the same turn follows"
            )]
            trait #ask<'a, T: ?::core::marker::Sized>: ::core::marker::Sized {
                fn lend(place: &'a T) -> Self;
            }
            #[diagnostic::do_not_recommend]
            impl<'a, T: ?::core::marker::Sized> #ask<'a, T> for &'a T {
                fn lend(place: &'a T) -> Self { place }
            }
            #ask::#lend(#place)
        } #(, #each)*)
    };
    if has_name { quote!((match &*#receiver { #bound => #call })) } else { call }
}

// Input:
//     sender
// Output:
//     look::Outlives::ask((&&look::Local::of(&sender)).kind(), &sender)
/// Asks whether a local may be lost with the call.
pub(super) fn outlives(local: &TokenStream, look: &TokenStream) -> TokenStream {
    let Ends { first, last } = Ends::of(local);
    let (outlives, ask) = (Ident::new("Outlives", first), Ident::new("ask", last));
    let kind = quote!((&&#look::Local::of(&#local)).kind());
    let local = quote_spanned!(first=> &#local);
    quote!({ use #look::Outlives as #outlives; #outlives::#ask(#kind, #local) })
}

/// Like [`outlives`], for a temporary, which is passed through.
pub(super) fn outliving(value: &Expr, look: &TokenStream) -> TokenStream {
    let Ends { first, last } = Ends::of(value);
    let pass = quote_spanned!(last=> pass);
    let outlives = quote_spanned!(first=> #look::Outlives::#pass);
    quote!(#outlives(#look::IsTemporary, #value))
}

fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(paren) => bare(&paren.expr),
        Expr::Group(group) => bare(&group.expr),
        _ => expr,
    }
}

pub(super) fn bare_mut(expr: &mut Expr) -> &mut Expr {
    match expr {
        Expr::Paren(paren) => bare_mut(&mut paren.expr),
        Expr::Group(group) => bare_mut(&mut group.expr),
        _ => expr,
    }
}
