//! The macro does not panic, whatever the input.

use std::{fs, path::Path};

use proc_macro2::{TokenStream, TokenTree};
use proptest::prelude::*;
use quote::ToTokens;
use syn::{
    Block, Signature,
    visit::{self, Visit},
};

use crate::cancel_safe::{
    check::{Arguments, End, check},
    expand,
};

/// Checks every `async fn` it visits, as if all were marked. Others cannot be.
#[derive(Default)]
struct Everything {
    count: usize,
}

impl Everything {
    fn function(&mut self, signature: &Signature, block: &Block) {
        if signature.asyncness.is_none() {
            return;
        }
        self.count += 1;
        let text = block.to_token_stream().to_string();
        let waits = ["await", "select", "join", "stream"].iter().any(|word| text.contains(word));
        for arguments in [Arguments::Given, Arguments::InMessage] {
            let verdict = check(signature, block, arguments, End::Act);
            assert!(waits || verdict.findings.is_empty(), "{}", signature.ident);
        }
        let tokens = quote::quote!(#signature #block);
        expand(TokenStream::new(), tokens);
    }
}

impl<'ast> Visit<'ast> for Everything {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }
}

fn check_folder(folder: &Path, everything: &mut Everything) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            if name != "target" && !name.to_string_lossy().starts_with('.') {
                check_folder(&path, everything);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            if !text.contains("async fn") {
                continue;
            }
            if let Ok(file) = syn::parse_file(&text) {
                everything.visit_file(&file);
            }
            // They keep the text of all files, and each takes as long to find as there are files.
            proc_macro2::extra::invalidate_current_thread_spans();
        }
    }
}

#[test]
fn every_async_function_of_this_repository_can_be_checked() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut everything = Everything::default();
    check_folder(root, &mut everything);
    assert!(everything.count > 100, "{} functions", everything.count);
}

/// The functions of the cases, as tokens.
fn cases() -> Vec<TokenStream> {
    struct Functions(Vec<TokenStream>);
    impl<'ast> Visit<'ast> for Functions {
        fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
            self.0.push(item.to_token_stream());
        }
    }
    let source = include_str!("cases/beyond.rs");
    let mut functions = Functions(Vec::new());
    functions.visit_file(&syn::parse_file(source).unwrap());
    functions.0
}

/// The number of tokens, including those in groups.
fn count(tokens: &TokenStream) -> usize {
    let each = tokens.clone().into_iter().map(|token| match token {
        TokenTree::Group(group) => 1 + count(&group.stream()),
        _ => 1,
    });
    each.sum()
}

/// The tokens without the one at `position`. A group is removed with its contents.
fn without(tokens: TokenStream, position: &mut usize) -> TokenStream {
    let mut kept = TokenStream::new();
    for token in tokens {
        let is_it = *position == 0;
        *position = position.wrapping_sub(1);
        match token {
            _ if is_it => {}
            TokenTree::Group(group) => {
                let inner = without(group.stream(), position);
                let mut copy = proc_macro2::Group::new(group.delimiter(), inner);
                copy.set_span(group.span());
                kept.extend([TokenTree::Group(copy)]);
            }
            token => kept.extend([token]),
        }
    }
    kept
}

#[test]
fn a_missing_token_causes_no_panic() {
    for case in cases() {
        for position in 0..count(&case) {
            let broken = without(case.clone(), &mut position.clone());
            expand(TokenStream::new(), broken);
        }
    }
}

#[test]
fn a_half_written_body_is_unchanged() {
    let half = "pub async fn next(&mut self) -> u32 { let x = self. ; self.rx.recv().await }";
    let tokens: TokenStream = half.parse().unwrap();
    assert_eq!(expand(TokenStream::new(), tokens.clone()).to_string(), tokens.to_string());
}

#[test]
fn deeply_nested_code_is_refused() {
    let deep = |depth: usize, inner: &str| {
        let body = format!("{}{inner}{}", "(".repeat(depth), ")".repeat(depth));
        let item: syn::ItemFn = syn::parse_str(&format!("async fn deep() {{ {body} }}")).unwrap();
        check(&item.sig, &item.block, Arguments::Given, End::Act).findings
    };
    assert!(deep(100, "wait().await").is_empty());
    assert_eq!(deep(140, "wait().await").len(), 1);
    assert!(deep(140, "1").is_empty());
}

#[test]
fn the_check_of_nested_loops_terminates() {
    let (open, close) = ("loop { a = f(a); if self.x { break; } ", "b += a; }");
    let text = format!(
        "async fn f(&mut self) {{ let mut a = 1; let mut b = 2; {} self.w(&mut a).await; {} }}",
        open.repeat(12),
        close.repeat(12)
    );
    let item: syn::ImplItemFn = syn::parse_str(&text).unwrap();
    assert!(!check(&item.sig, &item.block, Arguments::Given, End::Act).findings.is_empty());
}

/// rustc runs macros with a stack of eight megabytes; that of a test is smaller.
#[test]
fn long_sums_are_checked() {
    let on_rustcs_stack = std::thread::Builder::new().stack_size(8 << 20);
    on_rustcs_stack.spawn(check_a_long_sum).unwrap().join().unwrap();
}

fn check_a_long_sum() {
    let text = format!("async fn f() -> u32 {{ {} wait().await }}", "one() + ".repeat(2000));
    let item: syn::ItemFn = syn::parse_str(&text).unwrap();
    assert!(check(&item.sig, &item.block, Arguments::Given, End::Act).findings.is_empty());
}

/// Statements that use `self` and three locals.
fn statement() -> impl Strategy<Value = String> {
    let local = prop_oneof![Just("a"), Just("b"), Just("c")];
    let leaf =
        (local.clone(), local.clone(), 0..18_usize).prop_map(|(one, other, kind)| match kind {
            0 => format!("let mut {one} = self.rx.recv().await;"),
            1 => format!("let {one} = &mut {other};"),
            2 => format!("{one} = {other};"),
            3 => format!("{one} += 1;"),
            4 => format!("self.{one} = {other};"),
            5 => format!("self.{one} += 1;"),
            6 => format!("let Some({one}) = self.queue.pop() else {{ return }};"),
            7 => format!("self.send({one}, &mut {other}).await;"),
            8 => "break;".to_owned(),
            9 => "continue;".to_owned(),
            10 => format!("{one}.push({other});"),
            11 => format!(
                "select! {{ x = self.{one}.next() => {{ {other} = x; }} _ = {one} => {{}} }}"
            ),
            12 => format!("println!(\"{{{one}}}\", {other});"),
            13 => format!("poll_fn(|context| {{ {one} += 1; {other}.poll(context) }}).await;"),
            14 => format!("let ({one}, {other}) = ({other}, {one});"),
            15 => format!("let {one} = self.{other}.as_mut().unwrap();"),
            16 => format!("return {one};"),
            _ => format!("self.{one}.clear();"),
        });
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let many = proptest::collection::vec(inner, 0..4).prop_map(|all| all.join(" "));
        (local.clone(), many.clone(), many, 0..7_usize).prop_map(|(local, one, other, kind)| {
            match kind {
                0 => format!("if self.{local} {{ {one} }} else {{ {other} }}"),
                1 => format!(
                    "match {local} {{ Some({local}) if self.x => {{ {one} }} _ => {{ {other} }} }}"
                ),
                2 => format!("'outer: loop {{ {one} break 'outer; {other} }}"),
                3 => format!("while let Some({local}) = self.{local}.recv().await {{ {one} }}"),
                4 => format!("for {local} in {local} {{ {one} }}"),
                5 => format!("let {local} = async {{ {one} }};"),
                _ => format!("'block: {{ {one} if {local} {{ break 'block; }} {other} }}"),
            }
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Two checks of any body give the same findings, in source order.
    #[test]
    fn any_body_can_be_checked(body in proptest::collection::vec(statement(), 0..8)) {
        let text = format!("async fn f(&mut self, mut a: Item, b: &mut u8, c: u32) {{ {} }}", body.join(" "));
        let item: syn::ImplItemFn = syn::parse_str(&text).unwrap();
        let verdict = check(&item.sig, &item.block, Arguments::Given, End::Act);
        let again = check(&item.sig, &item.block, Arguments::Given, End::Act);
        let messages = |verdict: &crate::cancel_safe::check::Verdict| {
            verdict.findings.iter().map(|finding| finding.message.clone()).collect::<Vec<_>>()
        };
        prop_assert_eq!(messages(&verdict), messages(&again));
        let places: Vec<_> = verdict.findings.iter().map(|finding| {
            let start = syn::spanned::Spanned::span(&finding.caret).start();
            (start.line, start.column)
        }).collect();
        prop_assert!(places.is_sorted(), "{:?} in {}", places, text);
        expand(TokenStream::new(), item.to_token_stream());
    }
}
