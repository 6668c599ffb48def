//! Tests of the expansion, without a compiler in the loop.

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::{PlainSelects, expand};

fn tokens(source: &str) -> TokenStream {
    source.parse().expect("the source is tokens")
}

#[test]
fn selects_in_a_block() {
    let mut block: syn::Block = syn::parse_quote!({
        let x = tokio::select! { y = z => y };
    });
    PlainSelects::of_block(&block).replace_in_block(&mut block, &tokens("::actors"));
    let rewritten = block.to_token_stream().to_string();
    assert!(rewritten.contains(":: actors :: select ! { y = z => y , }"), "{rewritten}");
}

#[test]
fn selects_in_an_impl() {
    let item = "impl Client {
        async fn run(&self) {
            tokio::select! { biased; x = self.a() => { select! { y = b() => x + y } } else => 0 }
            futures::select! { z = self.c() => {} }
            let _ = (select! { unreadable }, select! { z = self.d() => z });
        }
    }";
    let expansion = expand(TokenStream::new(), tokens(item));
    let file = syn::parse2(expansion).expect("the expansion is an item");
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(prettyplease::unparse(&file)));
}
