//! Two blocks of one type, which would conflict in many ways, become an error of ours and one of rustc.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use crate::{actor::model::Actor, diagnostics::Diagnostics, names, syntax};

/// The number of macros `__block_0`, `__block_1` and so on in the runtime.
const BLOCKS: u64 = 64;

// Output: use ::actor_runtime::__block_7 as CounterHandle_has_one_actor_block;
//         CounterHandle_has_one_actor_block! { __block_7 { compile_error! { ".." } } { .. } }
//
/// The items of `actor`, passed through a macro. In a second block of the same type, the name of the macro
/// means that of the first one, which does not take them.
pub(super) fn within(actor: &Actor, items: TokenStream) -> TokenStream {
    let Actor { krate, cfgs, ident, handle, .. } = actor;
    let span = Span::call_site().located_at(ident.span());
    let block = format_ident!("__block_{}", hash(actor) % BLOCKS, span = span);
    let name = names::suffixed(handle, "_has_one_actor_block");
    // A crate that the user has named is reported there if it is missing.
    let is_usual = syntax::same_tokens(krate, &names::runtime());
    let krate = krate.to_token_stream();
    let krate = if is_usual { syntax::respanned(krate, span) } else { krate };
    let import = quote_spanned!(span=> use #krate::#block as #name;);
    let second = second(actor);
    let mut passed = Group::new(Delimiter::Brace, quote!(#block { #second } { #items }));
    passed.set_span(span);
    let call = quote_spanned!(span=> #name!);
    quote! {
        #(#cfgs)*
        #import
        #(#cfgs)*
        #call #passed
    }
}

/// The error for a second block.
fn second(Actor { ident, handle, message, .. }: &Actor) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    diagnostics.report(
        ident,
        format!(
            "`{ident}` has an `#[actor]` block already, and one block has all handlers of an actor"
        ),
        format!(
            "move these handlers there, or, if this is another type, name what is generated: \
             `#[actor(handle = Other{handle}, message = Other{message})]`"
        ),
    );
    diagnostics.finish()
}

/// FNV-1a of the type and the names of the methods: the same in every build, and while something else is typed.
fn hash(actor: &Actor) -> u64 {
    let ty = actor.ty.to_token_stream().to_string();
    let handlers = actor.handlers.iter().map(|handler| &handler.ident);
    let sources = actor.sources.iter().map(|source| &source.ident);
    let hooks = actor.hooks.iter().map(|hook| &hook.ident);
    let names = handlers.chain(sources).chain(hooks).map(ToString::to_string).chain([ty]);
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    names.flat_map(String::into_bytes).fold(0xcbf2_9ce4_8422_2325, step)
}
