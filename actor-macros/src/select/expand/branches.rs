//! The futures of a `select!` and the race between them.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::{
    super::{
        parse::{Branch, Order, Select},
        pattern,
        question::Question,
        spans::Ends,
    },
    arguments, judge, local, sources,
    through::{self, Through},
};

/// A branch, and the names of what is generated for it.
struct Runner<'a> {
    branch: &'a Branch,
    /// Its future, without the functions around it.
    through: Through<'a>,
    /// Its variant in the enum of winners.
    variant: &'a Ident,
    /// The answers to the questions about the future, before and after it is created.
    kind: Ident,
    shape: Ident,
    gone: Ident,
    timer: Ident,
    /// The variable that holds the future, in a tuple of one. Errors may point at it, so it has the user's
    /// span.
    variable: Ident,
    /// The variable in a `let`. rustc would advise to make a pattern in the place of the future a `ref`.
    bound: Ident,
    /// The trait whose error text names the handler that is called, if any, and its declaration.
    handler: TokenStream,
    handler_trait: Option<TokenStream>,
}

impl<'a> Runner<'a> {
    fn new(position: usize, branch: &'a Branch, variant: &'a Ident, krate: &TokenStream) -> Self {
        let through = through::through(&branch.future, krate);
        let first = Ends::of(&branch.future).first;
        let named = format_ident!("__SafeHandler{position}", span = first);
        let variable = format_ident!("__branch_{position}", span = first);
        let bound = format_ident!("{variable}", span = Span::call_site().resolved_at(first));
        let handler_trait = judge::named_handler(&through.future, &named);
        let handler = match handler_trait {
            Some(_) => quote!(#named),
            None => quote_spanned!(first=> __select::SafeHandler),
        };
        Self {
            branch,
            through,
            variant,
            kind: local(&format!("kind_{position}")),
            shape: local(&format!("shape_{position}")),
            gone: local(&format!("gone_{position}")),
            timer: local(&format!("timer_{position}")),
            variable,
            bound,
            handler,
            handler_trait,
        }
    }
}

// Input:
//     message = self.rx.recv() => ..
// Output:
//     let kind_0 = /* may `recv` of `self.rx` be dropped? */;
//     let __branch_0 = (self.rx.recv(),);
//     let (look, __branch_0) = __select::look(__branch_0);
//     let shape_0 = /* is it a future? */;
//     let branches = ::core::pin::pin!(__select::One::new(
//         /* __branch_0.take(), refused unless it is a future that may be dropped */,
//         |output| /* Some(__Winner::Branch0(output)) if the pattern matches */,
//     ));
//     __select::fair(branches, disabled).await
pub(super) fn race(select: &Select, variants: &[Ident]) -> TokenStream {
    let (branches, disabled) = (local("branches"), local("disabled"));
    let branches_and_variants = select.branches.iter().zip(variants).enumerate();
    let runners: Vec<_> = branches_and_variants
        .map(|(position, (branch, variant))| Runner::new(position, branch, variant, &select.krate))
        .collect();
    let handler_traits = runners.iter().map(|runner| &runner.handler_trait);
    let asked_before = runners.iter().map(|runner| ask_before(runner, &select.krate));
    let variables = runners.iter().map(|runner| &runner.bound);
    let futures = runners.iter().map(|runner| &runner.through.future);
    let asked_after = runners.iter().map(ask_after);
    let leaves: Vec<_> = runners.iter().map(leaf).collect();
    let tree = tree(&leaves);
    let race = match &select.order {
        Order::Fair => quote!(fair(#branches, #disabled)),
        Order::Biased => quote!(biased(#branches, #disabled)),
        Order::InTurns(turns) => quote!(in_turns(#branches, #disabled, #turns)),
    };
    quote! {
        #(#handler_traits)*
        // Before any future borrows the places that the questions are about.
        #(#asked_before)*
        // In a tuple in a `let`, temporaries that a future borrows live as long as the future.
        #(let #variables = (#futures,);)*
        #(#asked_after)*
        let #branches = ::core::pin::pin!(#tree);
        __select::#race.await
    }
}

/// Asks about the place from which the future is created.
fn ask_before(runner: &Runner, krate: &TokenStream) -> Option<TokenStream> {
    let name = &runner.kind;
    let question = Question::about(&runner.through.future);
    let kind = judge::kind(&question, krate)?;
    Some(quote!(let #name = #kind;))
}

/// Asks about the value of the branch. The value is passed through `look` by move: borrowing it, or moving
/// its field, would reserve space for it beside the pinned future.
fn ask_after(runner: &Runner) -> TokenStream {
    let Runner { branch, through, kind, shape, gone, timer, variable, bound, .. } = runner;
    let look = local("look");
    let ask = match Question::about(&through.future) {
        Question::Value => Some(judge::asked(&quote!(#look.by_value()))),
        Question::Temporary => Some(judge::asked(&quote!(#look.by_temporary()))),
        _ => None,
    };
    let ask = ask.map(|asked| quote!(let #kind = #asked;));
    let ask_timer = sources::may_be_timer(branch).then(|| sources::ask_timer(timer, &look));
    // A method call is a future. Everything else may be a source, from which a future is created.
    let may_be_source = !matches!(Question::about(&through.future), Question::Method { .. });
    // Before a source is prepared, whose future has another type.
    let ask_arguments = arguments::ask(&branch.future, gone, &look);
    let (ask_first, ask_arguments) = match may_be_source {
        true => (ask_arguments, None),
        false => (None, ask_arguments),
    };
    let prepare = may_be_source.then(|| {
        quote! {
            #[allow(unused_variables)]
            let (#look, #bound) = __select::look(#variable);
            #ask
            #ask_timer
            #ask_first
            let #bound = (__select::Prepare::prepare(#kind, #variable.take()),);
        }
    });
    quote! {
        #prepare
        let (#look, #bound) = __select::look(#variable);
        let #shape = {
            use __select::traits::*;
            // One reference more than the first rank has.
            (&&#look).shape()
        };
        #ask_arguments
    }
}

fn leaf(runner: &Runner) -> TokenStream {
    let Runner { branch, through, variant, kind, shape, gone, timer, variable, handler, .. } =
        runner;
    let output = local("output");
    let Ends { first, last } = Ends::of(&branch.future);
    let module = quote_spanned!(first=> __select);
    let future = quote_spanned!(last=> #module::IsFuture::pass(#shape, #variable.take()));
    let made = quote_spanned!(last=> #module::Make::make(#shape, #future));
    let (future, place) = (&*through.future, through.place(judge::Place::Branch));
    let judged = judge::judged(&module, &quote!(#kind), made, handler, future, place);
    let judged = if sources::may_be_timer(branch) {
        sources::judged(&module, timer, judged, last)
    } else {
        judged
    };
    let judged = arguments::judged(&branch.future, &module, gone, judged, last);
    let accepted = match &branch.ty {
        Some(ty) => sources::given(ty, shape, variant, &output),
        None => accepted(branch, variant, &output),
    };
    quote! {
        __select::One::new(
            #judged,
            // With an output of type `!`, the whole body is unreachable.
            #[allow(unreachable_code)]
            |#output| { #accepted },
        )
    }
}

/// The winner, if the pattern matches.
fn accepted(branch: &Branch, variant: &Ident, output: &Ident) -> TokenStream {
    let matches = local("matches");
    let pattern = pattern::tried(&branch.pattern);
    quote! {
        #[allow(unused_variables)]
        let #matches = match &#output {
            #pattern => true,
            #[allow(unreachable_patterns)]
            _ => false,
        };
        if #matches {
            ::core::option::Option::Some(__Winner::#variant(#output))
        } else {
            ::core::option::Option::None
        }
    }
}

/// A balanced tree, so that rustc does not have to handle 64 nested types.
fn tree(leaves: &[TokenStream]) -> TokenStream {
    match leaves {
        [leaf] => leaf.clone(),
        _ => {
            let (left, right) = leaves.split_at(leaves.len().div_ceil(2));
            let (left, right) = (tree(left), tree(right));
            quote!(__select::Both::new(#left, #right))
        }
    }
}
