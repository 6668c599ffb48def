//! The arms of a match on messages, which call the user's methods.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use super::undelivered;
use crate::{
    actor::model::{Actor, Answer, Argument, Carried, Field, Handler, Receiver},
    names::Namer,
    syntax,
};

/// The arms for messages that a match does not handle, because the loop passes them elsewhere.
///
/// Each evaluates to `value`.
pub(super) fn others(
    actor: &Actor,
    is_here: impl Fn(&Handler) -> bool,
    value: &TokenStream,
) -> TokenStream {
    let message = &actor.message;
    let others: Vec<&Handler> = actor.handlers.iter().filter(|handler| !is_here(handler)).collect();
    if others.iter().any(|handler| handler.attrs.cfgs.is_empty()) {
        return quote!(_ => #value,);
    }
    // Under some configurations there may be no other message, which would make `_` unreachable.
    let arms = others.iter().map(|handler| {
        let (cfgs, variant) = (&handler.attrs.cfgs, &handler.variant);
        quote!(#(#cfgs)* #message::#variant { .. } => #value,)
    });
    quote!(#(#arms)*)
}

// Output: CounterMessage::Save { path, reply: tx } => tx.send(self.save(&path).await),
pub(super) fn calling(actor: &Actor, handler: &Handler, names: &Names) -> TokenStream {
    let Names { context, caller } = names;
    let message = &actor.message;
    let Handler { variant, reply: field, .. } = handler;
    let reply = reply(handler);
    let cfgs = &handler.attrs.cfgs;
    let fields = fields(handler);
    let undelivered = &actor.undelivered;
    let reply_kept = match handler.taken_back_by() {
        Some(_) => quote!(#context.keep(#reply, #undelivered::#variant)),
        None => quote!(#reply),
    };
    let arguments = handler.arguments.iter().map(|argument| match argument {
        Argument::Field(field) => passed(field),
        Argument::Context(ty) => at(*ty, quote!(#context)),
        Argument::Reply(ty) => at(*ty, reply_kept.clone()),
    });
    let body = match handler.answer {
        Answer::Returned(_)
            if handler.taken_back_by().is_some()
                || handler.cancel_safe.is_some() && !handler.is_now() =>
        {
            marked_body(actor, handler, names, arguments)
        }
        Answer::Returned(_) => {
            let call = call(handler.receiver, &handler.ident, handler.is_async, arguments);
            match caller {
                Some(caller) if handler.is_now() => quote!(#caller.answer(#reply, #call)),
                _ => quote!(#reply.send(#call)),
            }
        }
        Answer::Deferred(_) | Answer::Streamed(_) => {
            call(handler.receiver, &handler.ident, handler.is_async, arguments)
        }
    };
    quote!(#(#cfgs)* #message::#variant { #fields #field: #reply } => #body,)
}

// Output: amount
// Output: (key, value)
/// What a request owns, in a pattern or an expression. An argument under a condition that does not hold is `()`.
pub(super) fn owned(handler: &Handler) -> TokenStream {
    one_or_tuple(handler.fields().map(|field| field.ident.to_token_stream()))
}

/// Returns `name`, or a numbered one if an argument of `handler` has it.
pub(super) fn fresh(name: &str, handler: &Handler) -> Ident {
    let mut namer = Namer::default();
    handler.fields().for_each(|field| namer.take(&field.ident));
    namer.fresh(name)
}

/// The variable for the reply of a message.
pub(super) fn reply(handler: &Handler) -> Ident {
    fresh("tx", handler)
}

/// One value, or several as a tuple.
pub(super) fn one_or_tuple(values: impl Iterator<Item = TokenStream>) -> TokenStream {
    let values: Vec<_> = values.collect();
    match &values[..] {
        [one] => one.clone(),
        _ => quote!((#(#values),*)),
    }
}

/// The fields of a handler's message, in a pattern or a struct expression.
pub(super) fn fields(handler: &Handler) -> TokenStream {
    handler.fields().map(|Field { ident, cfgs, .. }| quote!(#(#cfgs)* #ident,)).collect()
}

// Output: {
//             let answer = tx.while_wanted(self.pop()).await;
//             if let Some(answer) = answer {
//                 if let Err(answer) = cx.answer(tx, answer, StackUndelivered::Pop) {
//                     let put_back: fn(&mut Self, Option<u32>) -> _ = Self::put_back;
//                     put_back(self, answer);
//                 }
//             }
//         }
fn marked_body(
    actor: &Actor,
    handler: &Handler,
    Names { context, caller }: &Names,
    arguments: impl Iterator<Item = TokenStream>,
) -> TokenStream {
    let variant = &handler.variant;
    let reply = reply(handler);
    let undelivered = &actor.undelivered;
    // The call comes first, in its own statement: an argument may be called `answer`.
    let call = call(handler.receiver, &handler.ident, false, arguments);
    let send = match handler.taken_back_by() {
        Some(take_back) => {
            let put_back = undelivered::put_back(actor, handler, take_back, context);
            let answer = match caller {
                Some(caller) if handler.is_now() => {
                    quote!(answer_now(#caller, #reply, answer, #undelivered::#variant))
                }
                _ => quote!(answer(#reply, answer, #undelivered::#variant)),
            };
            quote! {
                if let ::core::result::Result::Err(answer) = #context.#answer {
                    #put_back
                }
            }
        }
        None => quote!(#reply.send(answer);),
    };
    if !handler.is_async {
        return quote!({ let answer = #call; #send });
    }
    quote! {{
        let answer = #reply.while_wanted(#call).await;
        if let ::core::option::Option::Some(answer) = answer {
            #send
        }
    }}
}

/// Calls the user's method `ident`, and never a method of a trait.
///
/// `self` is `&mut Self` here. Method resolution tries that type by value first, so `self.into()` would
/// find `Into::into` before a method that takes `&self`. An inherent method wins without a path only if
/// it takes exactly `&mut self`.
pub(super) fn call(
    receiver: Receiver,
    ident: &Ident,
    is_async: bool,
    arguments: impl Iterator<Item = TokenStream>,
) -> TokenStream {
    let wait = is_async.then(|| quote!(.await));
    let call = call_on(&quote!(self), &quote!(Self), receiver, ident, arguments);
    quote!(#call #wait)
}

/// Like [`call`], on the actor `itself`, of the type `ty`.
pub(super) fn call_on(
    itself: &TokenStream,
    ty: &TokenStream,
    receiver: Receiver,
    ident: &Ident,
    arguments: impl Iterator<Item = TokenStream>,
) -> TokenStream {
    match receiver {
        Receiver::Exclusive => quote!(#itself.#ident(#(#arguments),*)),
        Receiver::Shared | Receiver::Owned => quote!(#ty::#ident(#itself #(, #arguments)*)),
    }
}

/// The argument of the user's method for a field of the message.
pub(super) fn passed(Field { ident, cfgs, ty, carried }: &Field) -> TokenStream {
    let argument = match carried {
        Carried::Moved(_) => quote!(#ident),
        Carried::String | Carried::Vec(_) => quote!(&#ident),
        Carried::PathBuf | Carried::OsString | Carried::CString => at(*ty, quote!(&#ident)),
    };
    quote!(#(#cfgs)* #argument)
}

/// Gives `argument` the span of its type's name, which may be a type of the user's: not every `Path` is
/// std's, nor every `Reply` this library's.
pub(super) fn at(ty: Span, argument: TokenStream) -> TokenStream {
    let located = argument.into_iter().map(|token| {
        let span = token.span().located_at(ty);
        syntax::respanned(token.into(), span)
    });
    located.collect()
}

/// The names of the variables, besides the arguments, that the arms use.
pub(super) struct Names {
    pub(super) context: Ident,
    /// `None` if no caller runs these handlers.
    pub(super) caller: Option<Ident>,
}

impl Names {
    /// Chooses the names for the handlers of `actor` for which `calls` is true. Unused names begin with
    /// an underscore.
    pub(super) fn of(actor: &Actor, calls: impl Fn(&Handler) -> bool) -> Self {
        let reads = |what: fn(&Handler) -> bool| {
            actor.handlers.iter().any(|handler| calls(handler) && what(handler))
        };
        let context = if reads(Handler::needs_context) { "cx" } else { "_" };
        Self { context: context_named(context, actor, &calls), caller: None }
    }

    /// Like [`of`](Self::of), for handlers that a caller may run.
    pub(super) fn with_caller(actor: &Actor, calls: impl Fn(&Handler) -> bool) -> Self {
        let answers =
            |handler: &Handler| calls(handler) && matches!(handler.answer, Answer::Returned(_));
        let caller = if actor.handlers.iter().any(answers) { "caller" } else { "_" };
        Self { caller: Some(fresh_among(caller, actor, answers)), ..Self::of(actor, &calls) }
    }
}

/// Returns `name`, or a numbered one if an argument of a handler that needs the context shadows it.
pub(super) fn context_named(name: &str, actor: &Actor, calls: impl Fn(&Handler) -> bool) -> Ident {
    fresh_among(name, actor, |handler| calls(handler) && handler.needs_context())
}

/// Returns `name`, or a numbered one if an argument of these handlers shadows it.
fn fresh_among(name: &str, actor: &Actor, is_shadowing: impl Fn(&Handler) -> bool) -> Ident {
    let mut namer = Namer::default();
    for handler in actor.handlers.iter().filter(|handler| is_shadowing(handler)) {
        handler.fields().for_each(|field| namer.take(&field.ident));
        namer.take(&reply(handler));
    }
    namer.fresh(name)
}

/// Allows the use of deprecated handlers.
pub(super) fn allow_deprecated(
    actor: &Actor,
    calls: impl Fn(&Handler) -> bool,
) -> Option<TokenStream> {
    let mut called = actor.handlers.iter().filter(|handler| calls(handler));
    called
        .any(|handler| handler.attrs.is_deprecated)
        .then(|| quote!(#[allow(deprecated, reason = "a deprecated handler still answers")]))
}
