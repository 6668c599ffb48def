//! The wait for the next message or event.

use super::arms;
use crate::{
    actor::model::{self, Actor, First, Receiver, Source, SourceParameter},
    names, syntax,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Meta};

// Input:  #[on(self.socket.read_frame())] async fn frame(&mut self, frame: Frame) { .. }
// Output: const SOURCES: &'static [&'static str] = &["frame"];
//         async fn select(&mut self, incoming: &mut Incoming<..>, _: &Context<Self>) -> Selected<..> {
//             __select! {
//                 @ (::actor_runtime) in incoming.turns;
//                 selected = incoming.messages.next() => selected,
//                 frame: Frame = self.socket.read_frame() => {
//                     incoming.event(frame, move |frame| self.frame(frame)).await
//                 }
//                 else => Selected::nothing(),
//             }
//         }
//
// The branches of a macro cannot have a `#[cfg]`, but a method can: there is one for each outcome of the
// conditions of the sources.
pub(super) fn sources(actor: &Actor) -> Option<TokenStream> {
    if actor.sources.is_empty() {
        return None;
    }
    let conditions = model::conditions(actor.sources.iter().flat_map(|source| &source.cfgs));
    let methods = outcomes(&conditions).into_iter().map(|outcome| {
        let is_here = |source: &&Source| outcome.has(&source.cfgs);
        let sources: Vec<&Source> = actor.sources.iter().filter(is_here).collect();
        (!sources.is_empty()).then(|| select(actor, &sources, &outcome.cfgs()))
    });
    let first = first(actor);
    let methods: TokenStream = methods.flatten().collect();
    Some(quote!(#first #methods))
}

/// Which of some conditions hold, and which do not.
struct Outcome<'a> {
    holding: Vec<&'a Attribute>,
    failing: Vec<&'a Attribute>,
}

/// All outcomes of `conditions`. Each condition doubles their number.
fn outcomes<'a>(conditions: &[&'a Attribute]) -> Vec<Outcome<'a>> {
    let outcome = |bits: usize| {
        let holds = |position: &usize| bits & (1 << position) != 0;
        let (holding, failing): (Vec<_>, Vec<_>) = (0..conditions.len()).partition(holds);
        let named = |positions: Vec<usize>| positions.iter().map(|at| conditions[*at]).collect();
        Outcome { holding: named(holding), failing: named(failing) }
    };
    (0..1_usize << conditions.len()).rev().map(outcome).collect()
}

impl Outcome<'_> {
    /// Whether all of `cfgs`, which are among the conditions, hold.
    fn has(&self, cfgs: &[Attribute]) -> bool {
        let holds = |cfg: &Attribute| self.holding.iter().any(|it| syntax::same_tokens(it, &cfg));
        cfgs.iter().all(holds)
    }

    // Output: #[cfg(unix)] #[cfg(not(test))]
    fn cfgs(&self) -> TokenStream {
        let Self { holding, failing } = self;
        let failing = failing.iter().map(|cfg| negated(cfg));
        quote!(#(#holding)* #(#failing)*)
    }
}

fn negated(cfg: &Attribute) -> TokenStream {
    match &cfg.meta {
        Meta::List(list) => {
            let condition = &list.tokens;
            quote!(#[cfg(not(#condition))])
        }
        Meta::Path(_) | Meta::NameValue(_) => quote!(#cfg),
    }
}

fn first(actor: &Actor) -> Option<TokenStream> {
    let krate = &actor.krate;
    let first = match actor.first {
        First::Neither => return None,
        First::Mailbox => quote!(Mailbox),
        First::Sources => quote!(Sources),
    };
    Some(quote!(
        const FIRST: #krate::__private::First = #krate::__private::First::#first;
    ))
}

/// The variables of the generated method. The user's expressions see only `self`.
struct Names<'a> {
    this: &'a Ident,
    incoming: &'a Ident,
    context: &'a Ident,
}

fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

fn select(actor: &Actor, sources: &[&Source], cfgs: &TokenStream) -> TokenStream {
    let krate = &actor.krate;
    let names = sources.iter().map(|source| names::text(&source.ident));
    let mut parameters = sources.iter().flat_map(|source| &source.parameters);
    let takes_context =
        parameters.any(|parameter| matches!(parameter, SourceParameter::Context(_)));
    let context = local(if takes_context { "cx" } else { "_" });
    let (life, incoming) = (local("life"), local("incoming"));
    let is_deprecated = sources.iter().any(|source| source.is_deprecated);
    let allow = is_deprecated.then(
        || quote!(#[allow(deprecated, reason = "a deprecated method still handles its events")]),
    );
    let this = this(actor, sources);
    let taken = actor.messages_if.as_ref().map(|taken| {
        let is_taken = local("is_taken");
        quote! {
            let #is_taken: bool = #taken;
            #incoming.messages.take_if(#is_taken);
        }
    });
    let busy = actor.busy_if.as_ref().map(|busy| {
        let is_busy = local("is_busy");
        quote! {
            let #is_busy: bool = #busy;
            #incoming.messages.stay_if(#is_busy);
        }
    });
    let branches = sources.iter().map(|source| {
        branch(source, &Names { this: &this, incoming: &incoming, context: &context })
    });
    quote! {
        #cfgs
        const SOURCES: &'static [&'static str] = &[#(#names),*];

        #cfgs
        async fn next(
            #life: &mut #krate::__private::Loop<'_, Self>,
        ) -> #krate::__private::PolledNext<Self::Message> {
            #life.select().await
        }

        #cfgs
        #allow
        async fn select(
            &mut #this,
            #incoming: &mut #krate::__private::Incoming<'_, Self::Message>,
            #context: &#krate::Context<Self>,
        ) -> #krate::__private::Selected<Self::Message> {
            #taken
            #busy
            #krate::__private::__select! {
                @ (#krate) in #incoming.turns;
                selected = #incoming.messages.next() => selected,
                #(#branches)*
                else => #krate::__private::Selected::nothing(),
            }
        }
    }
}

// Output: frame: Frame = self.socket.read_frame(), if self.is_open => {
//             incoming.event(frame, move |frame| self.frame(frame)).await
//         }
fn branch(source: &Source, names: &Names<'_>) -> TokenStream {
    let Source { future, guard, ty, value, .. } = source;
    let guard = guard.as_ref().map(|guard| quote!(, if #guard));
    let call = call(source, names);
    let incoming = names.incoming;
    quote! {
        #value: #ty = #future #guard => {
            #incoming.event(#value, move |#value| #call).await
        }
    }
}

/// The `self` that the user wrote. If it comes from a macro, a generated `self` would be another
/// identifier, by hygiene.
fn this(actor: &Actor, sources: &[&Source]) -> Ident {
    let exprs = sources.iter().flat_map(|source| [&source.future].into_iter().chain(&source.guard));
    let exprs = exprs.chain(&actor.messages_if).chain(&actor.busy_if);
    let mut words = exprs.filter_map(|expr| syntax::find_ident(expr.to_token_stream(), "self"));
    words.next().unwrap_or_else(|| Ident::new("self", Span::call_site()))
}

/// The call to the user's method, as a future.
fn call(source: &Source, names: &Names<'_>) -> TokenStream {
    let Names { this, context, .. } = names;
    let Source { ident, value, .. } = source;
    let arguments = source.parameters.iter().map(|parameter| match parameter {
        SourceParameter::Value => quote!(#value),
        SourceParameter::Context(ty) => arms::at(*ty, quote!(#context)),
    });
    // Not every `self.name()` finds the user's method: see `arms::call`.
    let call = match source.receiver {
        Receiver::Exclusive => quote!(#this.#ident(#(#arguments),*)),
        Receiver::Shared | Receiver::Owned => quote!(Self::#ident(#this #(, #arguments)*)),
    };
    // An `async fn` returns a future already.
    if source.is_async { call } else { quote!(async move { #call }) }
}
