//! Every mistake: its message, and the tokens under the caret.

mod events;
mod items;
mod markers;
mod options;
mod parameters;
mod remote;
mod signatures;

use proc_macro2::{TokenStream, TokenTree};
use syn::LitStr;

use super::expand;

/// Expects exactly these mistakes in the impl, in this order: what the caret is under, the message
/// and the help.
fn check(item: &str, expected: &[[&str; 3]]) {
    check_with("", item, expected);
}

fn check_with(args: &str, item: &str, expected: &[[&str; 3]]) {
    let found = mistakes(expand(args, item));
    let found: Vec<[&str; 3]> =
        found.iter().map(|mistake| mistake.each_ref().map(String::as_str)).collect();
    assert_eq!(found, expected, "in {item}");
}

/// Expects exactly these mistakes in an impl with these items before a correct handler, and that this
/// handler is generated all the same.
fn check_method(items: &str, expected: &[[&str; 3]]) {
    let item = format!("impl Counter {{ {items} pub fn ok(&self) {{}} }}");
    check(&item, expected);
    let handle = expand("", &item).to_string();
    assert!(handle.contains("CounterMessage :: Ok"), "no handler in {handle}");
}

/// Expects exactly these mistakes in the options.
fn check_options(args: &str, expected: &[[&str; 3]]) {
    check_with(args, "impl Counter { pub fn get(&self) -> u64 { 1 } }", expected);
}

/// The `compile_error!`s of an expansion.
fn mistakes(expansion: TokenStream) -> Vec<[String; 3]> {
    let tokens: Vec<TokenTree> = expansion.into_iter().collect();
    let is_error =
        |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if ident == "compile_error");
    let positions = tokens.iter().enumerate().filter(|(_, token)| is_error(token));
    positions.map(|(position, token)| mistake(token, &tokens[position + 2])).collect()
}

fn mistake(name: &TokenTree, arguments: &TokenTree) -> [String; 3] {
    let TokenTree::Group(group) = arguments else { panic!("expected the text, found {arguments}") };
    let text = syn::parse2::<LitStr>(group.stream()).expect("the text is a literal").value();
    let caret = name.span().join(group.span()).and_then(|span| span.source_text());
    let (message, help) = text.split_once("\nhelp: ").unwrap_or((&text, ""));
    [caret.unwrap_or_default(), message.to_owned(), help.to_owned()]
}
