//! Checks that `counter_expanded.rs` and `ticker_expanded.rs` are the expansions of `counter.rs` and
//! `ticker.rs`.
//!
//! rustc prints the real expansion. Both are parsed and printed in the same way, so that documentation
//! counts, but comments and layout do not.

use std::{
    mem,
    path::{Path, PathBuf},
};

use syn::{Attribute, Expr, File, Item, Stmt};

use crate::PROGRAMS;

#[test]
fn counter_expanded_is_the_expansion_of_counter() {
    let by_hand = std::fs::read_to_string(example("counter_expanded.rs"));
    let by_hand = items(&by_hand.expect("the annotated expansion"));
    compare(&by_hand, &items(&expansion(&example("counter.rs"))));
}

/// Its `__select!` stands as the macro writes it, so rustc expands both, to text that syn cannot parse. It
/// is compared without documentation, which rustc prints as it was written.
#[test]
fn ticker_expanded_is_the_expansion_of_ticker() {
    let [by_hand, by_macro] = ["ticker_expanded.rs", "ticker.rs"].map(|file| {
        let text = expansion(&example(file));
        let (_, text) = text.split_once("impl Station {").expect("the impl");
        let (text, _) = text.split_once("fn main(").expect("the main function");
        without_docs(text)
    });
    assert!(by_macro.contains("self.readings.recv()"), "its sources are there");
    let letters = by_hand.chars().zip(by_macro.chars());
    let same = letters.take_while(|(by_hand, by_macro)| by_hand == by_macro).count();
    let from = |text: &str| text.chars().skip(same).take(200).collect::<String>();
    assert_eq!(from(&by_hand), from(&by_macro), "by hand, and by #[actor]");
}

/// `text` without comments, documentation and spaces.
fn without_docs(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    let mut text: String = lines.flat_map(str::chars).filter(|letter| *letter != ' ').collect();
    while let Some(start) = text.find("#[doc=") {
        let end = text[start..].find("\"]").expect("the end of an attribute");
        text.replace_range(start..start + end + 2, "");
    }
    text
}

fn example(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/examples").join(file)
}

fn compare(by_hand: &[String], by_macro: &[String]) {
    for (by_hand, by_macro) in by_hand.iter().zip(by_macro) {
        assert!(by_hand == by_macro, "by hand:\n{by_hand}\nby #[actor]:\n{by_macro}");
    }
    assert_eq!(by_hand.len(), by_macro.len(), "one of them is longer than the other");
}

/// The impl and what follows from it, printed alike.
fn items(source: &str) -> Vec<String> {
    let file = syn::parse_file(source).expect("Rust");
    let items = file.items.into_iter().map(without_derives).filter(is_written);
    items.filter(follows_from_the_impl).map(print).collect()
}

fn follows_from_the_impl(item: &Item) -> bool {
    match item {
        Item::Use(_) | Item::ExternCrate(_) | Item::Fn(_) => false,
        Item::Struct(item) => item.ident != "Counter" && item.ident != "Station",
        _ => true,
    }
}

/// Whether a person or the macro wrote it, and no derive.
fn is_written(item: &Item) -> bool {
    !matches!(item, Item::Impl(item) if item.attrs.iter().any(is_of_a_derive))
}

/// rustc has run the derives, so they are gone from what it prints.
fn without_derives(mut item: Item) -> Item {
    match &mut item {
        Item::Struct(item) => item.attrs.retain(|attr| !attr.path().is_ident("derive")),
        Item::Const(item) => {
            if let Expr::Block(expr) = &mut *item.expr {
                let stmts = mem::take(&mut expr.block.stmts).into_iter();
                expr.block.stmts = stmts.filter_map(written_in_block).collect();
            }
        }
        _ => {}
    }
    item
}

fn written_in_block(stmt: Stmt) -> Option<Stmt> {
    match stmt {
        Stmt::Item(item) => is_written(&item).then(|| Stmt::Item(without_derives(item))),
        stmt => Some(stmt),
    }
}

fn is_of_a_derive(attr: &Attribute) -> bool {
    attr.path().is_ident("automatically_derived")
}

fn print(item: Item) -> String {
    prettyplease::unparse(&File {
        shebang: None,
        frontmatter: None,
        attrs: vec![],
        items: vec![item],
    })
}

/// What rustc makes of all macros in `example`.
fn expansion(example: &Path) -> String {
    // Only this rustc accepts `-Z`: build scripts of libraries look at the variable, and
    // would be run again.
    let rustc = PROGRAMS
        .libraries()
        .rustc()
        .env("RUSTC_BOOTSTRAP", "1")
        .arg("-Zunpretty=expanded")
        .arg(example)
        .output()
        .expect("there is a rustc");
    assert!(rustc.status.success(), "{}", String::from_utf8_lossy(&rustc.stderr));
    String::from_utf8(rustc.stdout).expect("an expansion in UTF-8")
}
