//! What `#[actor]` is on, and what of that cannot be read.

use super::{check, check_method};

/// The help of each signature that cannot be read.
const SHAPE: &str = "a handler is `pub fn name(&self, argument: Type) -> Answer { .. }`";

/// The help of each type that has no name.
const NAMELESS: &str = "wrap it in a struct of yours, and write `impl` for that";

#[test]
fn the_item_is_an_inherent_impl() {
    check(
        "struct Counter { total: u64 }",
        &[[
            "struct",
            "`#[actor]` is on a `struct`, but it reads methods",
            "put it on `impl Counter { .. }`",
        ]],
    );
    check(
        "pub(crate) async fn run() {}",
        &[[
            "fn",
            "`#[actor]` is on a `fn`, but it reads methods",
            "put it on the impl block with the actor's methods",
        ]],
    );
    check(
        "use std::io;",
        &[[
            "use",
            "expected `impl`",
            "put `#[actor]` on `impl Counter { .. }`, the block with the actor's methods",
        ]],
    );
    check(
        "impl Display for Counter { fn fmt(&self) {} }",
        &[[
            "Display",
            "`#[actor]` is on an impl of the trait `Display`, but handlers are a type's own methods",
            "write the handlers in an `impl Counter` block",
        ]],
    );
    check(
        "unsafe impl Counter { pub fn get(&self) {} }",
        &[["unsafe", "an impl of handlers cannot be `unsafe`", "leave out `unsafe`"]],
    );
}

#[test]
fn the_type_is_owned_and_has_a_name() {
    check(
        "impl<'a> Counter<'a> { pub fn get(&self) {} }",
        &[[
            "'a",
            "an actor outlives the code that starts it, so it cannot borrow for `'a`",
            "let it own its fields, or share them through `Arc`",
        ]],
    );
    check(
        "impl Counter<'_> { pub fn get(&self) {} }",
        &[[
            "'_",
            "an actor outlives the code that starts it, so it cannot borrow for `'_`",
            "let it own its fields, or share them through `Arc`",
        ]],
    );
    check(
        "impl [u8] { pub fn get(&self) {} }",
        &[["[u8]", "`[u8]` cannot be an actor: it has no name", NAMELESS]],
    );
    check(
        "impl dyn Display { pub fn get(&self) {} }",
        &[["dyn Display", "`dyn Display` cannot be an actor: it has no name", NAMELESS]],
    );
    check(
        "impl &Counter { pub fn get(&self) {} }",
        &[["&Counter", "`&Counter` cannot be an actor: it has no name", NAMELESS]],
    );
    check(
        "impl (A, B) { pub fn get(&self) {} }",
        &[["(A, B)", "`(A, B)` cannot be an actor: it has no name", NAMELESS]],
    );
    check(
        "impl <A as B>::C { pub fn get(&self) {} }",
        &[["<A as B>::C", "`<A as B>::C` cannot be an actor: it has no name", NAMELESS]],
    );
}

#[test]
fn something_is_a_handler() {
    check(
        "impl Counter {}",
        &[[
            "Counter",
            "no method of `Counter` is a handler",
            "mark the methods that answer messages `pub` or `pub(crate)`",
        ]],
    );
    check(
        "impl Counter { pub fn new() -> Self { Self } fn get(&self) {} const A: u8 = 1; }",
        &[[
            "Counter",
            "no method of `Counter` is a handler",
            "mark the methods that answer messages `pub` or `pub(crate)`",
        ]],
    );
}

#[test]
fn a_half_typed_method_costs_only_itself() {
    check_method("pub fn ge", &[["pub", "expected parentheses", SHAPE]]);
    check_method("pub fn get(&self) ->", &[["pub", "expected a type", SHAPE]]);
    check_method("pub fn get(&self, key: ) {}", &[[")", "expected a type", SHAPE]]);
    check_method("pub fn get(&self, key) {}", &[[")", "expected `:`", SHAPE]]);
    check_method("fn helper(&self, key) {}", &[]);
    check_method("pub async fn", &[["pub", "expected identifier, found keyword `pub`", SHAPE]]);
    check_method("pub", &[]);
    check_method("pub fn get(&self) -> u8", &[["pub", "expected `;`", SHAPE]]);
}

#[test]
fn all_mistakes_are_reported_in_source_order() {
    check_method(
        "pub fn one(&self, key: &Key, value: impl Clone) -> &str {} #[on_sart] pub unsafe fn two<T>(&self, reply: &Reply<T>) -> ! {} #[handler] fn three(&self) {}",
        &[
            [
                "&Key",
                "handler `one` borrows its argument `key`, but a message must own what it carries",
                "take `Key`",
            ],
            [
                "impl Clone",
                "argument `value` of handler `one` is `impl Clone`, but a message needs a type with a name",
                "take the type itself, or `Box<dyn Clone + Send>`",
            ],
            [
                "&str",
                "handler `one` answers with a borrow, but its caller gets the answer when the borrow has ended",
                "answer with `String`",
            ],
            ["on_sart", "there is no marker `#[on_sart]`", "did you mean `#[on_start]`?"],
            [
                "unsafe",
                "handler `two` is `unsafe`, but a message cannot promise what that asks for",
                "make it safe, or not `pub` if it is no handler",
            ],
            [
                "T",
                "handler `two` is generic, but its variant of the message has one type",
                "write a type in the place of `T`, or make the actor generic",
            ],
            [
                "&Reply<T>",
                "handler `two` borrows its reply, but to answer it has to own it",
                "take `Reply<T>`",
            ],
            [
                "!",
                "handler `two` never returns, so its caller would wait forever",
                "return what the caller waits for, or nothing",
            ],
            [
                "#[handler]",
                "`#[handler]` says nothing",
                "a `pub` method is a handler without it; its options are `run_abandoned` and `queued`, as in `#[handler(run_abandoned)]`",
            ],
        ],
    );
}
