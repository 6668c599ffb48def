//! Calls on places that are borrowed as shared, so that the compiler decides whether they change them.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, ExprMethodCall};

use super::super::check::{NamedPlace, Words};
use crate::select::Ends;

// Input:
//     self.pool.idle()
// Output:
//     look::only_looks({
//         #[diagnostic::on_unimplemented(message = "`self.pool.idle()` changes `self.pool` ..")]
//         trait __OnlyLooks { fn ask(&self) {} }
//         impl __OnlyLooks for look::Receiver<look::Shared> {}
//         let asked = if false {
//             let (place, receiver) = look::lend(&self.pool);
//             let value = Some((**place).idle());
//             __OnlyLooks::ask(&receiver);
//             loop {}
//             value
//         } else { None };
//         asked
//     }, self.pool.idle())
/// A call that may not change its receiver, with the words for one that does.
///
/// The first call never runs, and tells the type of `receiver`: what `place` derefs to can be changed
/// only through a `DerefMut` that makes it `Receiver<Mutable>`. As that branch ends in `loop {}`, it moves
/// no argument and borrows nothing, so the second call is compiled as if it stood alone.
pub(super) fn looks(expr: &Expr, words: &Words, look: &TokenStream) -> TokenStream {
    let Expr::MethodCall(call) = bare(expr) else { return quote!(#expr) };
    let ExprMethodCall { receiver, method, turbofish, args, .. } = call;
    // Nested in each other, the calls would double each time.
    if !args.iter().all(may_stand_twice) {
        return quote!((*(&#receiver)).#method #turbofish (#args));
    }
    asked(expr, words, None, look)
}

// Input:
//     found.items.push(1)
// Output: as above, but
//         trait __OnlyLooks<Guards> { fn ask(&self, _: Guards) {} }
//         impl<Guards> __OnlyLooks<Guards> for look::Receiver<i32> {}
//         impl<Guards: look::NoGuard> __OnlyLooks<Guards> for look::Receiver<u8> {}
//         ..
//             let (place, receiver) = look::lend_guard(GUARDS, &found.items, 0);
//             ..
//             __OnlyLooks::ask(&receiver, GUARDS);
// where GUARDS is
//     ((&&&look::Named::<_, false>::of(&found.items)).guard(), (.., ()))
/// A change to a local, with the words for one that is a guard.
pub(super) fn unguarded(
    expr: &Expr,
    words: &Words,
    places: &[NamedPlace],
    look: &TokenStream,
) -> TokenStream {
    asked(expr, words, Some(places), look)
}

fn asked(
    expr: &Expr,
    words: &Words,
    places: Option<&[NamedPlace]>,
    look: &TokenStream,
) -> TokenStream {
    let text = format!("{}\nhelp: {}", words.message, words.help);
    let text = text.replace('{', "{{").replace('}', "}}");
    // All of it is underlined, by its first token and its last.
    let Ends { first, last } = Ends::of(expr);
    let (only_looks, ask) = (Ident::new("__OnlyLooks", first), Ident::new("ask", last));
    let receiver = Ident::new("__receiver", last);
    let asked = Ident::new("asked", Span::mixed_site());
    let taken = quote_spanned!(first=> &#receiver);
    let kinds = places.unwrap_or_default().iter().rfold(quote!(()), |rest, named| {
        let NamedPlace { place, is_given } = named;
        quote!(((&&&#look::Named::<_, #is_given>::of(&#place)).guard(), #rest))
    });
    let (asking, ask) = match places {
        None => (
            quote! {
                trait #only_looks { fn #ask(&self) {} }
                #[diagnostic::do_not_recommend]
                impl #only_looks for #look::Receiver<#look::Shared> {}
            },
            quote!(#only_looks::#ask(#taken)),
        ),
        Some(_) => (
            quote! {
                trait #only_looks<Guards> { fn #ask(&self, _: Guards) {} }
                #[diagnostic::do_not_recommend]
                impl<Guards> #only_looks<Guards> for #look::Receiver<i32> {}
                #[diagnostic::do_not_recommend]
                impl<Guards: #look::NoGuard> #only_looks<Guards> for #look::Receiver<u8> {}
            },
            quote!(#only_looks::#ask(#taken, #kinds)),
        ),
    };
    let lend = |called: &Expr| match places {
        Some(_) => quote!(lend_guard(#kinds, &#called, 0)),
        None => quote!(lend(&#called)),
    };
    let Change { lent, value } = Change::of(expr, &receiver, look, lend);
    let question = quote! {
        #[diagnostic::on_unimplemented(message = #text, label = "changed here")]
        #asking
        #[allow(unreachable_code, unused)]
        let #asked = if false {
            #lent
            #ask;
            loop {}
            #value
        } else {
            ::core::option::Option::None
        };
        #asked
    };
    match bare(expr) {
        // The argument of a macro is a place.
        Expr::Path(_) | Expr::Field(_) | Expr::Index(_) | Expr::Unary(_) => {
            quote!((*#look::only_looks({ #question }, &mut #expr)))
        }
        _ => quote!(#look::only_looks({ #question }, #expr)),
    }
}

/// The change in code that never runs.
struct Change {
    /// Gives the receiver.
    lent: TokenStream,
    /// A value of the type that the change has.
    value: TokenStream,
}

impl Change {
    fn of(
        expr: &Expr,
        receiver: &Ident,
        look: &TokenStream,
        lend: impl Fn(&Expr) -> TokenStream,
    ) -> Self {
        let none = quote!(::core::option::Option::None);
        let Expr::MethodCall(call) = bare(expr) else {
            return Self { lent: quote!(let #receiver = #look::mutable();), value: none };
        };
        let ExprMethodCall { receiver: called, method, turbofish, args, .. } = call;
        if !args.iter().all(may_stand_twice) {
            return Self { lent: quote!(let #receiver = #look::mutable();), value: none };
        }
        let name = |name| Ident::new(name, Span::mixed_site());
        let (place, value) = (name("place"), name("value"));
        // What a closure makes has a type of its own each time.
        let (some, again) = match args.iter().any(|arg| matches!(arg, Expr::Closure(_))) {
            true => (quote!(), none),
            false => (quote!(::core::option::Option::Some), quote!(#value)),
        };
        let lent = lend(called);
        let lent = quote! {
            let (mut #place, #receiver) = #look::#lent;
            let #value = #some((**#place).#method #turbofish (#args));
        };
        Self { lent, value: again }
    }
}

/// Whether code may stand twice: it is short, and nothing in it is asked about.
fn may_stand_twice(expr: &Expr) -> bool {
    match bare(expr) {
        Expr::Lit(_) | Expr::Path(_) | Expr::Closure(_) => true,
        Expr::Binary(it) => may_stand_twice(&it.left) && may_stand_twice(&it.right),
        Expr::Cast(it) => may_stand_twice(&it.expr),
        Expr::Field(it) => may_stand_twice(&it.base),
        Expr::Reference(it) => may_stand_twice(&it.expr),
        Expr::Unary(it) => may_stand_twice(&it.expr),
        Expr::Tuple(it) => it.elems.iter().all(may_stand_twice),
        Expr::Call(it) => matches!(*it.func, Expr::Path(_)) && it.args.iter().all(may_stand_twice),
        Expr::MethodCall(it) => {
            may_stand_twice(&it.receiver) && it.args.iter().all(may_stand_twice)
        }
        _ => false,
    }
}

// Input:
//     sender
// Output:
//     look::Outlives::__ask((&&look::Local::of(&sender)).kind(), &sender)
/// Asks whether a local may be lost with the call.
pub(super) fn outlives(local: &TokenStream, look: &TokenStream) -> TokenStream {
    let Ends { first, last } = Ends::of(local);
    let (outlives, ask) = (Ident::new("Outlives", first), Ident::new("__ask", last));
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
