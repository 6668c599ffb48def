//! Writes the declarations, and asks whether they are right.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::Declared;
use crate::{names, select::method_names, syntax};

/// All of them, behind the errors in what was not understood.
pub(super) fn methods(
    declared: &[Declared],
    krate: &TokenStream,
    errors: TokenStream,
) -> TokenStream {
    let is_found = is_found(krate);
    let declared = declared.iter().map(|declared| implement(declared, krate));
    quote! {
        #errors
        #krate::__cancel_safe_methods_at_root! {}
        #is_found
        #(#declared)*
    }
}

/// Asks whether they are at the root, where `select!` looks for them.
///
/// It asks in a module, which sees nothing of a function around it; and all in one body, because rustc then
/// reports one error of two.
fn is_found(krate: &TokenStream) -> TokenStream {
    quote! {
        mod __cancel_safe_methods {
            const _: () = {
                let _ = || {
                    use #krate::cancel_safe::{declared, judge::traits::*};
                    let __question = declared::declare::<declared::AtTheRoot, ()>();
                    let kind = {
                        #[allow(unused_imports)]
                        use crate::*;
                        (&&&&__question).__kind()
                    };
                    declared::IsFound::pass(kind);
                };
                ::core::assert!(
                    #krate::cancel_safe::declared::is_in_root(::core::module_path!()),
                    "`cancel_safe_methods!` stands at the root of the crate"
                );
            };
        }
    }
}

// Input:
//     quinn::Connection: accept_bi
// Output:
//     impl __CancelSafeMethod<HASH> for quinn::Connection {}
//     const _: () = {
//         fn __ask() {
//             use ::actor_runtime::cancel_safe::declared::traits::*;
//             MayBeDeclared::<quinn::Connection>::pass(
//                 (&&&&declare::<quinn::Connection, OtherMethod>()).known_already()
//             );
//         }
//     };
fn implement(Declared { generics, ty, methods }: &Declared, krate: &TokenStream) -> TokenStream {
    let (parameters, _, bounds) = generics.split_for_impl();
    let methods = methods.iter().map(|method| {
        let hash = method_names::hash(method);
        let module = quote!(#krate::cancel_safe::declared);
        let name = match method_names::is_known(&names::text(method)) {
            true => quote!(#krate::cancel_safe::m::#method),
            false => quote!(#krate::cancel_safe::OtherMethod),
        };
        // Errors underline the method, but for those in the type itself.
        let at = method.span();
        let (here, name) = (syntax::respanned(module.clone(), at), syntax::respanned(name, at));
        let asked = quote_spanned!(at=> (&&&&#here::declare::<#ty, #name>()).known_already());
        let asked = quote_spanned!(at=> #here::MayBeDeclared::<#ty>::pass(#asked));
        quote! {
            impl #parameters __CancelSafeMethod<#hash> for #ty #bounds {}
            const _: () = {
                #[allow(dead_code)]
                fn __ask #parameters () #bounds {
                    use #module::traits::*;
                    #asked;
                }
            };
        }
    });
    quote!(#(#methods)*)
}
