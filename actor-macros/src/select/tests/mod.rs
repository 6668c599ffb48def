//! Tests of the expansion, without a compiler.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;

use super::{expand, method_names, parse, question::Question};

fn tokens(source: &str) -> TokenStream {
    source.parse().expect("the source is tokens")
}

/// The pretty-printed expansion, in a function.
fn printed(branches: &str) -> String {
    let expansion = expand(tokens(&format!("@ (::actor_runtime) {branches}")));
    let file = syn::parse2(quote::quote!(async fn run(&mut self) { #expansion }));
    prettyplease::unparse(&file.expect("the expansion is an expression"))
}

fn errors(branches: &str) -> Vec<String> {
    let expansion = expand(tokens(&format!("@ (::actor_runtime) {branches}"))).to_string();
    let errors = expansion.split("compile_error ! { \"").skip(1);
    errors.map(|error| error.split("\\n").next().unwrap_or_default().to_string()).collect()
}

/// Compares with the snapshot `name`.
fn check(name: &str, printed: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(name, printed));
}

#[test]
fn two_branches() {
    let branches = "
        Some(message) = self.rx.recv(), if !self.is_done => self.take(message),
        moved = &mut transfer => break moved,
        else => return,
    ";
    check("two_branches", &printed(branches));
}

#[test]
fn a_handler() {
    check("a_handler", &printed("biased; left = bank.transfer(5) => left"));
}

#[test]
fn an_awaited_future() {
    let future = syn::parse_quote!(self.rx.recv());
    let awaited = super::awaited(&future, &tokens("::actor_runtime"));
    let file = syn::parse2(quote::quote!(async fn run(&mut self) { #awaited.await }));
    check("an_awaited_future", &prettyplease::unparse(&file.expect("an expression")));
}

/// A name that only one of them has would have no effect, or not compile.
#[test]
fn method_names_are_those_of_the_runtime() {
    let runtime = include_str!("../../../../actor-runtime/src/cancel_safe/methods.rs");
    let (_, names) = runtime.split_once("names! {").expect("the names are in a macro");
    let (names, _) = names.split_once('}').expect("and it ends");
    let names: BTreeSet<_> = names.split_whitespace().collect();
    assert_eq!(names, method_names::all());
}

#[test]
fn mistakes_are_reported_each_once_in_source_order() {
    assert_eq!(errors("x = y => z"), [""; 0]);
    assert_eq!(
        errors("_ = a if b => {} _ = c -> {} x => y, biased; z = d =>"),
        [
            "expected a comma between the future and its precondition",
            "expected `=>` and a handler after the future",
            "a branch begins with a pattern for the output of its future",
            "`biased;` must come first",
            "this branch has no handler",
        ]
    );
}

#[test]
fn branches_before_a_syntax_error_are_kept() {
    let (select, diagnostics) = parse::parse(tokens("@ (c) x = a() => b, y = c. => d"));
    assert_eq!((select.branches.len(), diagnostics.count()), (1, 1));
    diagnostics.finish();
}

#[test]
fn what_is_asked_about() {
    let kind = |source: &str| {
        let expr = syn::parse_str(source).expect("an expression");
        match Question::about(&expr) {
            Question::Method { method, .. } => method.to_string(),
            Question::Mutable(_) => "lent".to_string(),
            Question::Shared(_) => "shared".to_string(),
            Question::Value => "value".to_string(),
            Question::Temporary => "temporary".to_string(),
        }
    };
    for (source, expected) in [
        ("rx.recv()", "recv"),
        ("self.a.b.recv()", "recv"),
        ("(*self.a)[0].recv()", "recv"),
        ("self.a[self.i].recv()", "recv"),
        ("self.a[self.next()].recv()", "temporary"),
        ("(&mut rx).recv()", "recv"),
        ("self.rx.as_mut().unwrap().recv()", "recv"),
        ("self.rx.take().unwrap().recv()", "temporary"),
        ("self.rx().recv()", "temporary"),
        ("a::B.recv()", "recv"),
        ("&mut rx", "lent"),
        ("(&mut self.rx)", "lent"),
        ("&mut make()", "temporary"),
        ("&self.listener", "shared"),
        ("future", "value"),
        ("self.future", "value"),
        ("make()", "temporary"),
        ("async {}", "temporary"),
        ("Box::pin(x)", "temporary"),
    ] {
        assert_eq!(kind(source), expected, "{source}");
    }
}
