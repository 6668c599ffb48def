//! Which bodies the check accepts and refuses, and with which messages.
//!
//! The bodies are in `cases/*.rs`, which are parsed and never compiled. The first line of a body's doc
//! comment says `accept` or `refuse`. Below a line with a mistake, a comment has the text under the caret
//! and the message. `UPDATE_CASES=1 cargo test -p actor-macros cases` writes those comments; read them as a
//! user would. The questions for the compiler are tested in `tests/ui-cancel-safe`.

use std::{env, fmt::Write, fs, path::PathBuf};

use quote::ToTokens;
use syn::{
    Attribute, Block, File, Signature, TraitItemFn,
    visit::{self, Visit},
};

use crate::cancel_safe::check::{Arguments, End, Finding, check};

#[test]
fn the_rules_of_the_design() {
    run("design");
}

#[test]
fn published_stories() {
    run("stories");
}

#[test]
fn beyond_the_design() {
    run("beyond");
}

#[test]
fn shared_state() {
    run("shared");
}

#[test]
fn known_limits() {
    run("limits");
}

fn run(name: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join(format!("src/cancel_safe/tests/cases/{name}.rs"));
    let written = fs::read_to_string(&path).unwrap();
    let source = without_messages(&written);
    let mut cases = Cases { wrong: String::new(), findings: Vec::new(), count: 0 };
    cases.visit_file(&syn::parse_str::<File>(&source).unwrap());
    let expected = with_messages(&source, &cases.findings);
    if env::var_os("UPDATE_CASES").is_some() {
        fs::write(&path, expected).unwrap();
    } else {
        assert_eq!(written, expected, "the messages of {name} differ");
    }
    assert!(cases.count > 0, "no cases in {name}");
    assert_eq!(cases.wrong, "", "in {name}");
}

struct Cases {
    wrong: String,
    findings: Vec<Finding>,
    count: usize,
}

impl Cases {
    fn case(&mut self, attrs: &[Attribute], signature: &Signature, block: &Block) {
        let Some(wanted) = wanted(attrs) else { return };
        self.count += 1;
        let verdict = check(signature, block, Arguments::Given, End::Act);
        let got = if verdict.findings.is_empty() { "accept" } else { "refuse" };
        if got != wanted {
            writeln!(self.wrong, "{}: wanted {wanted}, got {got}", signature.ident).unwrap();
        }
        self.findings.extend(verdict.findings);
    }
}

impl<'ast> Visit<'ast> for Cases {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.case(&item.attrs, &item.sig, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.case(&item.attrs, &item.sig, &item.block);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if let Some(block) = &item.default {
            self.case(&item.attrs, &item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

/// `refuse` of `/// refuse: the buffer is a local`.
fn wanted(attrs: &[Attribute]) -> Option<String> {
    let doc = attrs.iter().find(|attr| attr.path().is_ident("doc"))?;
    let syn::Meta::NameValue(doc) = &doc.meta else { return None };
    let text = doc.value.to_token_stream().to_string();
    let wanted = text.trim_matches(['"', ' ']).split(':').next()?;
    Some(wanted.trim().to_owned())
}

/// The beginnings of the comments that this test writes.
const MARKS: [&str; 2] = ["//~^ ", "//~  "];

fn without_messages(source: &str) -> String {
    let is_ours = |line: &str| MARKS.iter().any(|mark| line.trim_start().starts_with(mark));
    source.lines().filter(|line| !is_ours(line)).map(|line| format!("{line}\n")).collect()
}

fn with_messages(source: &str, findings: &[Finding]) -> String {
    let mut text = String::new();
    for (index, line) in source.lines().enumerate() {
        writeln!(text, "{line}").unwrap();
        for finding in findings {
            let span = syn::spanned::Spanned::span(&finding.caret);
            let (start, end) = (span.start(), span.end());
            if start.line != index + 1 {
                continue;
            }
            let marked: String =
                line.chars().skip(start.column).take(end.column - start.column).collect();
            let indent = &line[..line.len() - line.trim_start().len()];
            let nth = 1 + line[..start.column].matches(&marked).count();
            let place = if nth == 1 { marked } else { format!("{marked} ({nth})") };
            let Finding { message, help, .. } = finding;
            writeln!(text, "{indent}//~^ {place}: {message}").unwrap();
            writeln!(text, "{indent}//~  help: {help}").unwrap();
        }
    }
    text
}
