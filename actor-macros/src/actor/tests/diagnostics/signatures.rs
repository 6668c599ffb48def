//! The signature of a handler, without its parameters.

use super::check_method;

/// The help of each unsupported `self`.
const SELF: &str = "write `&self` or `&mut self`, or `self` to end the actor";

#[test]
fn qualifiers_and_generics_of_handlers() {
    check_method(
        "pub unsafe fn get(&self) {}",
        &[[
            "unsafe",
            "handler `get` is `unsafe`, but is called from generated code, which cannot uphold its contract",
            "make it safe, or remove `pub` if it is not a handler",
        ]],
    );
    check_method(
        r#"pub extern "C" fn get(&self) {}"#,
        &[[
            r#"extern "C""#,
            r#"handler `get` is `extern "C"`, but only generated Rust code calls it"#,
            r#"remove `extern "C"`"#,
        ]],
    );
    check_method(
        "pub fn get<T>(&self, key: T) {}",
        &[[
            "T",
            "handler `get` is generic, but its variant of the message has fixed types",
            "replace `T` with a type, or make the actor generic",
        ]],
    );
    check_method(
        "pub fn get<T: Ord, const N: usize>(&self, key: [T; N]) {}",
        &[[
            "T: Ord, const N: usize",
            "handler `get` is generic, but its variant of the message has fixed types",
            "replace `T: Ord, const N: usize` with types, or make the actor generic",
        ]],
    );
    check_method(
        "pub fn get<'a>(&'a self, key: &'a str) {}",
        &[[
            "'a",
            "handler `get` declares lifetimes, but a message must own what it carries",
            "remove `<'a>` and take owned types",
        ]],
    );
    check_method(
        "pub fn get<'a>(&'a self, key: Ref<'a, u8>) -> &'a str {}",
        &[
            [
                "'a",
                "handler `get` declares lifetimes, but a message must own what it carries",
                "remove `<'a>` and take owned types",
            ],
            [
                "'a",
                "handler `get` takes a borrow for `'a` in its argument `key`, but a message must own what it carries",
                "take an owned type, or write `'static`",
            ],
            [
                "&'a str",
                "handler `get` returns a reference, but the reply outlives `self`",
                "return `String`",
            ],
        ],
    );
    check_method(
        "pub fn get(&self) where u8: Copy {}",
        &[[
            "where u8: Copy",
            "handler `get` has a where clause, but its messages can be sent regardless",
            "move it to the `impl` block",
        ]],
    );
    check_method(
        r#"pub unsafe extern "C" fn get(&self, all: ...) {}"#,
        &[
            [
                "unsafe",
                "handler `get` is `unsafe`, but is called from generated code, which cannot uphold its contract",
                "make it safe, or remove `pub` if it is not a handler",
            ],
            [
                r#"extern "C""#,
                r#"handler `get` is `extern "C"`, but only generated Rust code calls it"#,
                r#"remove `extern "C"`"#,
            ],
            [
                "...",
                "handler `get` is variadic, but a message has a fixed number of arguments",
                "take a `Vec`",
            ],
        ],
    );
}

#[test]
fn receivers_of_handlers() {
    check_method(
        "pub fn get(self: Box<Self>) {}",
        &[[
            "self: Box<Self>",
            "handler `get` takes `self: Box<Self>`, but an actor is passed as `&self`, `&mut self` or `self`",
            SELF,
        ]],
    );
    check_method(
        "pub fn get(self: Pin<&mut Self>) {}",
        &[[
            "self: Pin<&mut Self>",
            "handler `get` takes `self: Pin<&mut Self>`, but an actor is passed as `&self`, `&mut self` or `self`",
            SELF,
        ]],
    );
    check_method(
        "pub fn get(&'static self) {}",
        &[[
            "'static",
            "handler `get` borrows the actor for `'static`, but can borrow it for one message only",
            "remove `'static`",
        ]],
    );
}

#[test]
fn handlers_with_the_same_variant() {
    check_method(
        "pub fn foo_bar(&self) {} pub fn fooBar(&self) {}",
        &[[
            "fooBar",
            "handlers `foo_bar` and `fooBar` would both be the variant `CounterMessage::FooBar`",
            "rename one of them",
        ]],
    );
}

#[test]
fn return_types_of_handlers() {
    check_method(
        "pub fn get(&self) -> &str {}",
        &[[
            "&str",
            "handler `get` returns a reference, but the reply outlives `self`",
            "return `String`",
        ]],
    );
    check_method(
        "pub fn get(&self) -> Option<&Value> {}",
        &[[
            "&Value",
            "handler `get` returns a reference, but the reply outlives `self`",
            "return `Value`",
        ]],
    );
    check_method(
        "pub fn get(&self) -> Iter<'_, u8> {}",
        &[[
            "'_",
            "handler `get` returns a borrow for `'_`, but the reply outlives `self`",
            "return an owned type, or write `'static`",
        ]],
    );
    check_method(
        "pub fn get(&self) -> Cow<str> {}",
        &[[
            "Cow<str>",
            "handler `get` returns `Cow<str>`, which may borrow, but the reply outlives `self`",
            "return `Cow<'static, str>`",
        ]],
    );
    check_method(
        "pub fn get(&self) -> impl Iterator<Item = u8> {}",
        &[[
            "impl Iterator<Item = u8>",
            "handler `get` returns `impl Iterator<Item = u8>`, but a reply needs a named type",
            "return the type itself, or `Box<dyn Iterator<Item = u8> + Send>`",
        ]],
    );
    check_method(
        "pub fn get(&self) -> impl Future<Output = u8> {}",
        &[[
            "impl Future<Output = u8>",
            "handler `get` returns `impl Future<Output = u8>`, but a reply needs a named type",
            "write `async fn get`, and return the output of the future",
        ]],
    );
    check_method(
        "pub fn get(&self) -> ! {}",
        &[[
            "!",
            "handler `get` never returns, so its caller would wait forever",
            "return a value for the caller, or nothing",
        ]],
    );
}
