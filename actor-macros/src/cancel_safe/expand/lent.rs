//! Calls on places that are borrowed as shared, so that the compiler decides whether they change them.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, ExprMethodCall};

use super::super::check::Words;
use crate::select::Ends;

// Input:
//     self.pool.idle()
// Output:
//     look::Receiver::of({
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
    let text = format!("{}\nhelp: {}", words.message, words.help);
    let text = text.replace('{', "{{").replace('}', "}}");
    // All of the call is underlined, by its first token and its last.
    let Ends { first, last } = Ends::of(expr);
    let (only_looks, ask) = (Ident::new("__OnlyLooks", first), Ident::new("ask", last));
    let name = |name| Ident::new(name, Span::mixed_site());
    let (place, value, asked) = (name("place"), name("value"), name("asked"));
    let receiver_kind = Ident::new("__receiver", last);
    let taken = quote_spanned!(first=> &#receiver_kind);
    // What a closure makes has a type of its own each time.
    let (some, value_again) = match args.iter().any(|arg| matches!(arg, Expr::Closure(_))) {
        true => (quote!(), quote!(::core::option::Option::None)),
        false => (quote!(::core::option::Option::Some), quote!(#value)),
    };
    quote! {
        #look::only_looks({
            #[diagnostic::on_unimplemented(message = #text, label = "changed here")]
            trait #only_looks { fn #ask(&self) {} }
            #[diagnostic::do_not_recommend]
            impl #only_looks for #look::Receiver<#look::Shared> {}
            #[allow(unreachable_code, unused)]
            let #asked = if false {
                let (#place, #receiver_kind) = #look::lend(&#receiver);
                let #value = #some((**#place).#method #turbofish (#args));
                #only_looks::#ask(#taken);
                loop {}
                #value_again
            } else {
                ::core::option::Option::None
            };
            #asked
        }, #expr)
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
