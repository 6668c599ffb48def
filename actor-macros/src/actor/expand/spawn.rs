//! The impl of `Spawn`, which proves that the loop is `Send`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Type};

use super::inline;
use crate::{
    actor::{
        generics,
        model::{Actor, Threads},
        std_types,
    },
    syntax,
};

// Output: fn run(self, mailbox: Mailbox<Self>) -> impl SendLoop<Self> {
//             mailbox.inline_loop(self, CounterAtRest, |idle| idle.0).send_unless_local()
//         }
pub(super) fn spawn_impl(actor: &Actor) -> Option<TokenStream> {
    if actor.threads == Threads::One {
        return None;
    }
    let Actor { ty, .. } = actor;
    let generics = generics::with_send(&actor.generics);
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    // An actor that is not `Send`, or whose handlers hold something that is not across an `.await`, is
    // reported at its name. The signature and the call have that span, so that rustc reports it once.
    let span = actor.ident.span();
    let krate = syntax::respanned(actor.krate.to_token_stream(), span);
    let checks = checks(actor);
    let run = syntax::respanned(inline::run(actor), span);
    let run = if checks.is_empty() {
        quote_spanned!(span=> mailbox.#run.send_unless_local())
    } else {
        quote_spanned!(span=> proof.of(mailbox).#run.send_unless_local())
    };
    let method = quote_spanned! {span=>
        fn run(
            self,
            mailbox: #krate::by_hand::Mailbox<Self>,
        ) -> impl #krate::by_hand::SendLoop<Self> {
            #checks
            #run
        }
    };
    let krate = &actor.krate;
    let item = quote! {
        impl #impl_generics #krate::by_hand::Spawn for #ty #where_clause {
            #method
        }
    };
    Some(super::at_name(actor, item))
}

/// The proofs of all types that may not be `Send`.
///
/// The mailbox comes *from the proof*. If a type has none, the type of the expression is unknown, and rustc
/// does not also report that the loop is not `Send`.
fn checks(actor: &Actor) -> TokenStream {
    let mut checks = TokenStream::new();
    for handler in &actor.handlers {
        let own: &[Attribute] = &handler.attrs.cfgs;
        for field in handler.fields() {
            let ty = field.carried.users_type();
            checks.extend(ty.map(|ty| type_checks(actor, [own, &field.cfgs], ty)));
        }
        checks.extend(type_checks(actor, [own, &[]], handler.answer.ty()));
    }
    if let Some((hook, error)) = actor.start_error() {
        checks.extend(type_checks(actor, [&hook.cfgs, &[]], error));
    }
    if checks.is_empty() {
        return checks;
    }
    let span = actor.ident.span();
    let krate = syntax::respanned(actor.krate.to_token_stream(), span);
    let start = quote_spanned!(span=> let proof = #krate::__private::Proof;);
    quote!(#start #checks)
}

fn type_checks(actor: &Actor, cfgs: [&[Attribute]; 2], ty: &Type) -> TokenStream {
    let [own, cfgs] = cfgs;
    let span = actor.ident.span();
    // Type parameters are `Send` by the bounds of this impl.
    let parts = std_types::maybe_not_send(ty).into_iter();
    let unsure = parts.filter(|part| !generics::is_parameter(part, &actor.generics));
    let checks = unsure.map(|ty| {
        let travels = travels(actor, ty);
        let check = quote_spanned!(span=> let proof = proof.and(#travels););
        quote!(#(#own)* #(#cfgs)* #check)
    });
    checks.collect()
}

// Output: <Frame as Travels<_>>::travels()
//
// The first and the last token of the call have the spans of the type's. rustc then considers the errors
// about the type and about the call duplicates, and reports one, at the type.
fn travels(actor: &Actor, ty: &Type) -> TokenStream {
    let spans: Vec<Span> = ty.to_token_stream().into_iter().map(|token| token.span()).collect();
    let first = spans.first().copied().unwrap_or_else(Span::call_site);
    let last = spans.last().copied().unwrap_or(first);
    let krate = syntax::respanned(actor.krate.to_token_stream(), first);
    let path = quote_spanned!(first=> <#ty as #krate::__private::Travels<_>>::travels);
    let call = quote_spanned!(last=> ());
    quote!(#path #call)
}
