//! Generates the marked function.
//!
//! Its future is an `impl CancelSafe`, which other code can require as a bound, and which leaks `Send` like
//! the future of any `async fn`.

mod body;
mod lent;
mod parameters;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{
    Path, ReturnType, Signature, Type,
    visit::{self, Visit},
};

use super::{
    check::Model,
    model::{CheckedFunction, Grounds},
};

// Input:
//     async fn next(&mut self, (low, high): (u8, u8)) -> Option<u8> { BODY }
// Output:
//     fn next(&mut self, argument_1: (u8, u8)) -> impl CancelSafe<Output = Option<u8>> {
//         assume_cancel_safe("..", async move {
//             let (low, high) = argument_1;
//             if let Some(output) = None::<Option<u8>> { return output; }
//             BODY
//         })
//     }
pub(crate) fn function(function: CheckedFunction, krate: &Path) -> TokenStream {
    let CheckedFunction { attrs, vis, mut signature, mut block, grounds, selects } = function;
    let krate = quote!(#krate);
    let output = output(&signature.output);
    let mut asked = TokenStream::new();
    let why = match grounds {
        Grounds::Checked(model) => {
            asked = asked_first(&model, &krate);
            body::rewrite(&mut block, *model, output.as_ref(), &krate);
            quote!("the body was checked")
        }
        Grounds::Trusted(why) => {
            selects.replace_in_block(&mut block, &krate);
            quote!(#why)
        }
        Grounds::Refused => quote!("refused"),
    };
    let statements = &block.stmts;
    if signature.asyncness.is_none() {
        return quote!(#(#attrs)* #vis #signature { #asked #(#statements)* });
    }
    let moved = parameters::take_over(&mut signature);
    let hint = output.map(|output| output_hint(&output));
    mark(&mut signature, &krate);
    quote! {
        #(#attrs)*
        #vis #signature {
            #krate::cancel_safe::assume_cancel_safe(#why, async move {
                #moved
                #hint
                #asked
                #(#statements)*
            })
        }
    }
}

/// `async fn f() -> T` becomes `fn f() -> impl CancelSafe<Output = T>`.
fn mark(signature: &mut Signature, krate: &TokenStream) {
    let span = signature.asyncness.take().map_or_else(Span::call_site, |word| word.span);
    let output = match &signature.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => quote!(#ty),
    };
    // This token has the edition of this crate, in which `impl` captures all lifetimes. The user's edition
    // may be older.
    let captures = Ident::new("impl", Span::mixed_site().located_at(span));
    let ty = quote_spanned!(span=> #captures #krate::cancel_safe::CancelSafe<Output = #output>);
    signature.output = ReturnType::Type(Default::default(), Box::new(Type::Verbatim(ty)));
}

/// The output type of the function, if it can be repeated.
fn output(output: &ReturnType) -> Option<TokenStream> {
    match output {
        ReturnType::Default => Some(quote!(())),
        ReturnType::Type(_, ty) => (!has_impl(ty)).then(|| quote!(#ty)),
    }
}

/// Tells the compiler the output type of the block, which `?` and `.into()` in it need.
fn output_hint(ty: &TokenStream) -> TokenStream {
    let value = Ident::new("output", Span::mixed_site());
    quote! {
        if let ::core::option::Option::Some(#value) = ::core::option::Option::None::<#ty> {
            return #value;
        }
    }
}

/// The imports for the questions in the body, and the question about each argument.
fn asked_first(model: &Model, krate: &TokenStream) -> TokenStream {
    let arguments = model.arguments.iter().map(|argument| {
        let asked = lent::outlives(&quote!(#argument), &quote!(#krate::cancel_safe::look));
        quote!(#asked;)
    });
    quote! {
        #[allow(unused_imports)]
        use #krate::cancel_safe::{genuine::traits::*, look::traits::*};
        #(#arguments)*
    }
}

/// Whether `ty` contains an `impl Trait`, which would be another type if it were repeated.
fn has_impl(ty: &Type) -> bool {
    struct Search(bool);
    impl<'ast> Visit<'ast> for Search {
        fn visit_type_impl_trait(&mut self, ty: &'ast syn::TypeImplTrait) {
            self.0 = true;
            visit::visit_type_impl_trait(self, ty);
        }
    }
    let mut search = Search(false);
    search.visit_type(ty);
    search.0
}
