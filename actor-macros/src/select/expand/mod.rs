//! Writes what `select!` becomes.
//!
//! Local names are hygienic (`mixed_site`), so a handler sees none of them. Items are not, so theirs
//! begin with two underscores.

mod arguments;
mod branches;
mod genuine;
mod judge;
mod sources;
mod through;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote};

pub(crate) use self::judge::{awaited, made_in_a_loop};
pub(super) use self::through::is_wrapper;
use super::parse::Select;

/// A local variable that no user code can see.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// Puts errors before what could still be expanded.
pub(super) fn after(errors: TokenStream, expansion: TokenStream) -> TokenStream {
    if errors.is_empty() { expansion } else { quote!({ #errors #expansion }) }
}

// Input:
//     message = self.rx.recv(), if !self.is_done => self.take(message),
// Output:
//     {
//         use ::actor_runtime::__private::select as __select;
//         enum __Winner<Branch0> { Branch0(Branch0) }
//         let mut disabled = 0_u64;
//         let enabled: bool = !self.is_done;
//         if !enabled { disabled |= 1 << 0; }
//         let mut winner = { /* see `branches` */ };
//         match winner {
//             Some(__Winner::Branch0(message)) => self.take(message),
//             None => panic!("all branches are disabled and there is no else branch"),
//             _ => unreachable!("the pattern of the winner was tried before"),
//         }
//     }
pub(super) fn select(select: &Select) -> TokenStream {
    if select.branches.is_empty() {
        return match &select.otherwise {
            Some(otherwise) => quote!({ #otherwise }),
            None => quote!(::core::unreachable!()),
        };
    }
    let krate = &select.krate;
    let variants: Vec<_> =
        (0..select.branches.len()).map(|position| format_ident!("Branch{position}")).collect();
    let (winner, disabled) = (local("winner"), local("disabled"));
    let preconditions = preconditions(select);
    let race = branches::race(select, &variants);
    let patterns = select.branches.iter().map(|branch| &branch.pattern);
    let handlers = select.branches.iter().map(|branch| &branch.handler);
    let otherwise = otherwise(select);
    quote! {{
        use #krate::__private::select as __select;
        #[allow(unused_imports)]
        use #krate::cancel_safe::genuine::traits::*;
        enum __Winner<#(#variants),*> { #(#variants(#variants)),* }
        #[allow(unused_mut)]
        let mut #disabled = 0_u64;
        #preconditions
        // A place, so that a handler's pattern may bind by `ref mut`.
        #[allow(unused_mut)]
        let mut #winner = { #race };
        match #winner {
            #(::core::option::Option::Some(__Winner::#variants(#patterns)) => #handlers,)*
            ::core::option::Option::None => #otherwise,
            #[allow(unreachable_patterns)]
            _ => ::core::unreachable!("the pattern of the winner was tried before"),
        }
    }}
}

/// All of them come before the first future is made.
fn preconditions(select: &Select) -> TokenStream {
    let (enabled, disabled) = (local("enabled"), local("disabled"));
    let conditions = select.branches.iter().enumerate().filter_map(|(position, branch)| {
        let condition = branch.condition.as_ref()?;
        let bit = Literal::usize_unsuffixed(position);
        Some(quote! {
            let #enabled: bool = #condition;
            if !#enabled { #disabled |= 1 << #bit; }
        })
    });
    conditions.collect()
}

fn otherwise(select: &Select) -> TokenStream {
    match &select.otherwise {
        Some(otherwise) => quote!(#otherwise),
        None => {
            quote!(::core::panic!("all branches are disabled and there is no else branch"))
        }
    }
}
