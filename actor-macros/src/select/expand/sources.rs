//! Additional checks of branches that are sources of events.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, Type};

use super::{
    super::{parse::Branch, question::Question, spans::Ends},
    local,
};

/// Functions that take the instant at which they complete.
const UNTIL: &[&str] = &["sleep_until", "timeout_at"];

/// Whether the branch may be a timer that starts over whenever it is created again.
pub(super) fn may_be_timer(branch: &Branch) -> bool {
    branch.ty.is_some()
        && matches!(Question::about(&branch.future), Question::Temporary)
        && !is_until(&branch.future)
}

fn is_until(future: &Expr) -> bool {
    let Expr::Call(call) = future else { return false };
    let Expr::Path(function) = &*call.func else { return false };
    let name = function.path.segments.last().map(|segment| &segment.ident);
    name.is_some_and(|name| UNTIL.iter().any(|until| name == until))
}

// Output: let timer_0 = (&&look).timer();
pub(super) fn ask_timer(timer: &Ident, look: &Ident) -> TokenStream {
    quote! {
        let #timer = {
            use __select::traits::*;
            (&&#look).timer()
        };
    }
}

/// Refuses a timer that starts over.
pub(super) fn judged(
    module: &TokenStream,
    timer: &Ident,
    future: TokenStream,
    last: Span,
) -> TokenStream {
    let text = Ident::new("KeepsItsTime", last);
    quote_spanned!(last=> #module::#text::pass(#timer, #future))
}

// Input:
//     frame: io::Result<Frame> = self.socket.read_frame() => ..
// Output:
//     let end = (&&&__select::Outcome(&output)).is_end();
//     let given = <_ as __select::Gives<_, io::Result<Frame>>>::give(shape_0, output);
//     Some(__Winner::Branch0(__select::Given::new(given, end)))
/// The winner, with the argument for its handler. If its type does not match the output of the source, the
/// error is at the type of the handler's parameter.
pub(super) fn given(ty: &Type, shape: &Ident, variant: &Ident, output: &Ident) -> TokenStream {
    let Ends { first, last } = Ends::of(ty);
    let module = quote_spanned!(first=> __select);
    let ty = ty.to_token_stream();
    let give = quote_spanned!(first=> <_ as #module::Gives<_, #ty>>::give);
    let arguments = quote_spanned!(last=> (#shape, #output));
    let (given, end) = (local("given"), local("end"));
    quote! {
        let #end = {
            use __select::traits::*;
            // One reference more than the first rank has.
            (&&&__select::Outcome(&#output)).is_end()
        };
        let #given = #give #arguments;
        ::core::option::Option::Some(__Winner::#variant(__select::Given::new(#given, #end)))
    }
}
