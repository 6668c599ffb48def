//! The item under `#[actor]`, and methods that cannot be read.

use super::{check, check_method, expand};

/// The help of each signature that cannot be read.
/// The help of each type that has no name.
const NAMELESS: &str = "wrap it in a struct, and write the `impl` block for that";

#[test]
fn items_that_are_no_inherent_impl() {
    check(
        "struct Counter { total: u64 }",
        &[[
            "struct",
            "`#[actor]` expects an `impl` block, found `struct`",
            "put it on `impl Counter { .. }`",
        ]],
    );
    check(
        "pub(crate) async fn run() {}",
        &[[
            "fn",
            "`#[actor]` expects an `impl` block, found `fn`",
            "put it on the `impl` block with the actor's methods",
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
            "`#[actor]` is on an `impl` of the trait `Display`, but handlers are inherent methods",
            "write the handlers in an `impl Counter` block",
        ]],
    );
    // rustc reports it.
    check("unsafe impl Counter { pub fn get(&self) {} }", &[]);
}

#[test]
fn types_that_borrow_or_have_no_name() {
    check(
        "impl<'a> Counter<'a> { pub fn get(&self) {} }",
        &[[
            "'a",
            "an actor outlives the code that starts it, so it cannot borrow for `'a`",
            "own the data, or share it through an `Arc`",
        ]],
    );
    check(
        "impl Counter<'_> { pub fn get(&self) {} }",
        &[[
            "'_",
            "an actor outlives the code that starts it, so it cannot borrow for `'_`",
            "own the data, or share it through an `Arc`",
        ]],
    );
    check(
        "impl [u8] { pub fn get(&self) {} }",
        &[["[u8]", "`[u8]` cannot be an actor because it has no name", NAMELESS]],
    );
    check(
        "impl dyn Display { pub fn get(&self) {} }",
        &[["dyn Display", "`dyn Display` cannot be an actor because it has no name", NAMELESS]],
    );
    check(
        "impl &Counter { pub fn get(&self) {} }",
        &[["&Counter", "`&Counter` cannot be an actor because it has no name", NAMELESS]],
    );
    check(
        "impl (A, B) { pub fn get(&self) {} }",
        &[["(A, B)", "`(A, B)` cannot be an actor because it has no name", NAMELESS]],
    );
    check(
        "impl <A as B>::C { pub fn get(&self) {} }",
        &[["<A as B>::C", "`<A as B>::C` cannot be an actor because it has no name", NAMELESS]],
    );
}

#[test]
fn impl_without_handlers() {
    check(
        "impl Counter {}",
        &[[
            "Counter",
            "no method of `Counter` is a handler",
            "make the methods that answer messages `pub` or `pub(crate)`",
        ]],
    );
    check(
        "impl Counter { pub fn new() -> Self { Self } fn get(&self) {} const A: u8 = 1; }",
        &[[
            "Counter",
            "no method of `Counter` is a handler",
            "make the methods that answer messages `pub` or `pub(crate)`",
        ]],
    );
    check(
        "impl Counter { pub fn new() -> Self { Self } pub async fn get(key: u8) {} }",
        &[[
            "Counter",
            "no method of `Counter` is a handler",
            "make the methods that answer messages `pub` or `pub(crate)`, and have them take `&self` or `&mut self`",
        ]],
    );
    check(
        "impl Counter { pub fn new() -> Self { Self } getters! { a, b } }",
        &[[
            "Counter",
            "no method of `Counter` is a handler",
            "write the handlers out, or have the macro write the whole `impl`: what a macro writes inside of it is not seen",
        ]],
    );
    // rustc reports what is no item, and it may have been a handler.
    check("impl Counter { pub fun get(&self) {} }", &[]);
    check("impl Counter { pub async get(&self) {} fn help(&self) {} }", &[]);
}

/// Everything else is as if they were not there.
#[test]
fn mistakes_of_the_header_hide_no_others() {
    let borrow = [
        "'a",
        "an actor outlives the code that starts it, so it cannot borrow for `'a`",
        "own the data, or share it through an `Arc`",
    ];
    let item = "impl<'a, T: Of<'a>> Parser<'a, T> where T: 'a { pub fn text(&self, from: &'a str) -> &'a str {} }";
    check(item, &[borrow]);
    let generated = expand("", item).to_string();
    assert!(generated.contains("impl < T : Of < 'static >"), "{generated}");
    assert!(
        generated.contains(":: actor_runtime :: Actor for Parser < 'static , T >"),
        "{generated}"
    );
    let twice = "#[actor] impl Counter { pub fn get(&self) {} }";
    assert!(expand("", twice).to_string().contains("Actor for Counter"));
}

/// rustc reports them.
#[test]
fn parameters_that_nothing_constrains() {
    let item = "impl<T, U: From<T>, const N: usize> Store<T> { #[on_start] fn start(&mut self) {} \
                pub fn len(&self) -> usize { 0 } pub fn put(&mut self, many: [U; N], one: T) {} \
                pub fn get(&self) -> U { todo!() } }";
    check(item, &[]);
    let generated = expand("", item).to_string();
    assert!(generated.contains("fn len (& self)"), "{generated}");
    assert!(
        generated.contains("many : impl :: core :: marker :: Sized , one : impl"),
        "{generated}"
    );
    assert!(!generated.contains("StoreMessage :: Len"), "{generated}");
    let constrained = "impl<T: Iterator<Item = U>, U, F: Fn() -> V, V> Store<T, F> { pub fn put(&mut self, one: U, two: V) {} }";
    assert!(expand("", constrained).to_string().contains("StoreMessage :: Put"));
}

#[test]
fn attributes_of_the_block() {
    check(
        "#[actor] #[doc = \"\"] #[actor_runtime::actor(local)] impl Counter { pub fn get(&self) {} }",
        &[
            ["#[actor]", "`#[actor]` is given twice", "keep one of them"],
            ["#[actor_runtime::actor(local)]", "`#[actor]` is given twice", "keep one of them"],
        ],
    );
    check("#[other::actor] impl Counter { pub fn get(&self) {} }", &[]);
}

/// rustc reports them, and has advice.
#[test]
fn half_typed_methods() {
    for method in [
        "pub fn ge",
        "pub fn get(&self) ->",
        "pub fn get(&self, key: ) {}",
        "pub fn get(&self, key) {}",
        "fn helper(&self, key) {}",
        "pub async fn",
        "pub",
        "pub fn get(&self) -> u8",
    ] {
        check_method(method, &[]);
    }
}

#[test]
fn mistakes_in_source_order() {
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
                "handler `one` takes `impl Clone` in its argument `value`, but a message needs a named type",
                "take the type itself, or make the actor generic",
            ],
            [
                "&str",
                "handler `one` returns a reference, but the reply outlives `self`",
                "return `String`",
            ],
            ["on_sart", "unknown marker `#[on_sart]`", "did you mean `#[on_start]`?"],
            [
                "unsafe",
                "handler `two` is `unsafe`, but is called from generated code, which cannot uphold its contract",
                "make it safe, or remove `pub` if it is not a handler",
            ],
            [
                "T",
                "handler `two` is generic, but its variant of the message has fixed types",
                "replace `T` with a type, or make the actor generic",
            ],
            [
                "&Reply<T>",
                "handler `two` borrows its reply, but must own it to send the reply",
                "take `Reply<T>`",
            ],
            [
                "!",
                "handler `two` never returns, so its caller would wait forever",
                "return a value for the caller, or nothing",
            ],
            [
                "#[handler]",
                "`#[handler]` without an option has no effect",
                "a `pub` method is a handler without it; its options are `run_abandoned`, `queued`, `always`, `local` and `remote`, as in `#[handler(run_abandoned)]`",
            ],
        ],
    );
}
