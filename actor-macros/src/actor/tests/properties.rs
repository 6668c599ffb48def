//! For any input, the macro does not panic, and its output parses as Rust.

use proc_macro2::{TokenStream, TokenTree};
use proptest::{collection::vec, prelude::*, sample::select};

use super::{super::expand, passed_on};

/// Names that generated code uses too, and others.
fn name() -> impl Strategy<Value = String> {
    const TAKEN: &[&str] = &[
        "reply", "reply_2", "message", "context", "_context", "handle", "mailbox", "proof", "new",
        "drop", "clone", "self_", "r#type", "r#match", "_x", "__x", "_1", "größe",
    ];
    prop_oneof![select(TAKEN).prop_map(str::to_owned), "[a-z]{3}_[a-z0-9]{1,4}"]
}

/// Types that are right, and types that are refused.
fn ty() -> impl Strategy<Value = String> {
    const LEAVES: &[&str] = &[
        "u8",
        "String",
        "&str",
        "&'static str",
        "&Path",
        "Self",
        "&[u8]",
        "Reply<u8>",
        "Replies<T>",
        "&Context<Self>",
        "Cow<'_, str>",
        "impl Clone",
        "[u8; Self::SIZE]",
        "fn(&str) -> &str",
        "T",
        "T::Item",
        "[T; N]",
        "!",
        "Box<dyn for<'a> Fn(&'a u8)>",
        "mac!(Self)",
    ];
    select(LEAVES).prop_map(str::to_owned).prop_recursive(2, 8, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|ty| format!("Vec<{ty}>")),
            inner.clone().prop_map(|ty| format!("&mut {ty}")),
            (inner.clone(), inner).prop_map(|(one, other)| format!("Result<{one}, ({other}, u8)>")),
        ]
    })
}

fn argument() -> impl Strategy<Value = String> {
    let pattern = prop_oneof![
        name(),
        name().prop_map(|name| format!("mut {name}")),
        Just("_".to_owned()),
        Just("(a, b)".to_owned()),
    ];
    let cfg = select(&["", "", "#[cfg(unix)] ", "#[cfg(test)] "][..]);
    (cfg, pattern, ty()).prop_map(|(cfg, pattern, ty)| format!("{cfg}{pattern}: {ty}"))
}

fn method() -> impl Strategy<Value = String> {
    const ATTRIBUTES: &[&str] = &[
        "",
        "",
        "#[cfg(unix)]",
        "#[deprecated]",
        "#[on_start]",
        "#[on_stop]",
        "#[on(a_source.recv())]",
        "#[on(a_source.recv(), if a_guard)] #[cfg(unix)]",
    ];
    const VIS: &[&str] = &["pub", "pub(crate)", "pub(super)", ""];
    const RECEIVERS: &[&str] =
        &["&self", "&mut self", "self", "mut self", "self: Box<Self>", "_: u8"];
    let head = (select(ATTRIBUTES), select(VIS), select(&["", "async", "unsafe"][..]));
    let signature = (name(), select(RECEIVERS), vec(argument(), 0..4), proptest::option::of(ty()));
    (head, signature).prop_map(|((attribute, vis, kind), (name, receiver, arguments, answer))| {
        let arguments = arguments.join(", ");
        let answer = answer.map_or_else(String::new, |ty| format!("-> {ty}"));
        format!("{attribute} {vis} {kind} fn {name}({receiver}, {arguments}) {answer} {{ body() }}")
    })
}

fn block() -> impl Strategy<Value = String> {
    const HEADS: &[&str] =
        &["impl Counter", "impl<T: Ord + 'static, const N: usize> a::Heap<T, N>", "impl Ring<u8>"];
    (select(HEADS), vec(method(), 0..6))
        .prop_map(|(head, methods)| format!("{head} {{ {} }}", methods.join("\n")))
}

/// Drops all tokens from the `keep`th on, counted through groups, which then end early.
fn truncated(tokens: TokenStream, keep: &mut usize) -> TokenStream {
    let mut kept = TokenStream::new();
    for token in tokens {
        let Some(rest) = keep.checked_sub(1) else { break };
        *keep = rest;
        kept.extend([match token {
            TokenTree::Group(group) => {
                let stream = truncated(group.stream(), keep);
                TokenTree::Group(proc_macro2::Group::new(group.delimiter(), stream))
            }
            _ => token,
        }]);
    }
    kept
}

/// The words of all groups, in order.
fn words(tokens: TokenStream) -> Vec<String> {
    let words = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => words(group.stream()),
        TokenTree::Punct(_) => Vec::new(),
        TokenTree::Ident(_) | TokenTree::Literal(_) => vec![token.to_string()],
    });
    words.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_expansion_parses(item in block()) {
        let item: TokenStream = item.parse().expect("the item is tokens");
        let expansion = expand("mailbox = 8".parse().expect("options are tokens"), item);
        let file = syn::parse2::<syn::File>(expansion.clone());
        prop_assert!(file.is_ok(), "{:?} in {expansion}", file.err());
        let items = passed_on(expansion.clone()).map(syn::parse2::<syn::File>);
        prop_assert!(!matches!(items, Some(Err(_))), "the items of {expansion}");
    }

    #[test]
    fn a_half_typed_item_is_kept(item in block(), mut keep in 0..200_usize) {
        let item: TokenStream = item.parse().expect("the item is tokens");
        let item = truncated(item, &mut keep);
        let expansion = words(expand(TokenStream::new(), item.clone()));
        let mut after = expansion.iter();
        for word in words(item) {
            // What a source is made of is in the expansion only if its method is right.
            const MARKERS: &[&str] =
                &["on_start", "on_stop", "on", "a_source", "recv", "if", "a_guard"];
            let is_marker = MARKERS.contains(&word.as_str());
            prop_assert!(is_marker || after.any(|other| *other == word), "no {word} in {expansion:?}");
        }
    }

    #[test]
    fn options_of_any_kind_are_read(words in vec(select(&["mailbox", "=", "0", "handle", ",", "local", "::", "crate", "(x)", "\"y\""][..]), 0..8)) {
        let args: TokenStream = words.join(" ").parse().expect("options are tokens");
        let item = "impl Counter { pub fn get(&self) {} }".parse().expect("the item is tokens");
        let expansion = expand(args, item);
        prop_assert!(syn::parse2::<syn::File>(expansion).is_ok());
    }
}
