//! What a handler may look like, but for its parameters.

use super::check_method;

/// The help of each `self` that is neither.
const SELF: &str = "write `&self` or `&mut self`, or `self` to end the actor";

#[test]
fn a_handler_is_a_plain_method() {
    check_method(
        "pub unsafe fn get(&self) {}",
        &[[
            "unsafe",
            "handler `get` is `unsafe`, but a message cannot promise what that asks for",
            "make it safe, or not `pub` if it is no handler",
        ]],
    );
    check_method(
        r#"pub extern "C" fn get(&self) {}"#,
        &[[
            r#"extern "C""#,
            r#"handler `get` is `extern "C"`, but it is called by generated Rust code only"#,
            r#"leave out `extern "C"`"#,
        ]],
    );
    check_method(
        "pub fn get<T>(&self, key: T) {}",
        &[[
            "T",
            "handler `get` is generic, but its variant of the message has one type",
            "write a type in the place of `T`, or make the actor generic",
        ]],
    );
    check_method(
        "pub fn get<T: Ord, const N: usize>(&self, key: [T; N]) {}",
        &[[
            "T: Ord, const N: usize",
            "handler `get` is generic, but its variant of the message has one type",
            "write types in the place of `T: Ord, const N: usize`, or make the actor generic",
        ]],
    );
    check_method(
        "pub fn get<'a>(&'a self, key: &'a str) {}",
        &[[
            "'a",
            "handler `get` has lifetimes of its own, but a message must own what it carries",
            "leave out `<'a>`, and take owned types",
        ]],
    );
    check_method(
        "pub fn get<'a>(&'a self, key: Ref<'a, u8>) -> &'a str {}",
        &[
            [
                "'a",
                "handler `get` has lifetimes of its own, but a message must own what it carries",
                "leave out `<'a>`, and take owned types",
            ],
            [
                "'a",
                "argument `key` of handler `get` holds a borrow for `'a`, but a message must own what it carries",
                "take an owned type, or write `'static`",
            ],
            [
                "&'a str",
                "handler `get` answers with a borrow, but its caller gets the answer when the borrow has ended",
                "answer with `String`",
            ],
        ],
    );
    check_method(
        "pub fn get(&self) where u8: Copy {}",
        &[[
            "where u8: Copy",
            "handler `get` has a where clause of its own, but its messages are sent whatever it says",
            "move it to the impl",
        ]],
    );
    check_method(
        r#"pub unsafe extern "C" fn get(&self, all: ...) {}"#,
        &[
            [
                "unsafe",
                "handler `get` is `unsafe`, but a message cannot promise what that asks for",
                "make it safe, or not `pub` if it is no handler",
            ],
            [
                r#"extern "C""#,
                r#"handler `get` is `extern "C"`, but it is called by generated Rust code only"#,
                r#"leave out `extern "C"`"#,
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
fn a_handler_borrows_or_ends_the_actor() {
    check_method(
        "pub fn get(self: Box<Self>) {}",
        &[[
            "Box<Self>",
            "handler `get` takes `self` as `Box<Self>`, but an actor can only lend or give itself",
            SELF,
        ]],
    );
    check_method(
        "pub fn get(self: Pin<&mut Self>) {}",
        &[[
            "Pin<&mut Self>",
            "handler `get` takes `self` as `Pin<&mut Self>`, but an actor can only lend or give itself",
            SELF,
        ]],
    );
    check_method(
        "pub fn get(&'static self) {}",
        &[[
            "'static",
            "handler `get` borrows the actor for `'static`, but it has it for one message only",
            "leave out `'static`",
        ]],
    );
}

#[test]
fn two_handlers_are_two_variants() {
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
fn answers_are_owned_and_come() {
    check_method(
        "pub fn get(&self) -> &str {}",
        &[[
            "&str",
            "handler `get` answers with a borrow, but its caller gets the answer when the borrow has ended",
            "answer with `String`",
        ]],
    );
    check_method(
        "pub fn get(&self) -> Option<&Value> {}",
        &[[
            "&Value",
            "handler `get` answers with a borrow, but its caller gets the answer when the borrow has ended",
            "answer with `Value`",
        ]],
    );
    check_method(
        "pub fn get(&self) -> Iter<'_, u8> {}",
        &[[
            "'_",
            "handler `get` answers with a borrow for `'_`, but its caller gets the answer when the borrow has ended",
            "answer with an owned type, or write `'static`",
        ]],
    );
    check_method(
        "pub fn get(&self) -> Cow<str> {}",
        &[[
            "Cow<str>",
            "the answer of handler `get` may borrow, as `Cow<str>`",
            "answer with `Cow<'static, str>`",
        ]],
    );
    check_method(
        "pub fn get(&self) -> impl Iterator<Item = u8> {}",
        &[[
            "impl Iterator<Item = u8>",
            "handler `get` returns `impl Iterator<Item = u8>`, but a reply needs a type with a name",
            "answer with the type itself, or `Box<dyn Iterator<Item = u8> + Send>`",
        ]],
    );
    check_method(
        "pub fn get(&self) -> impl Future<Output = u8> {}",
        &[[
            "impl Future<Output = u8>",
            "handler `get` returns `impl Future<Output = u8>`, but a reply needs a type with a name",
            "write `async fn get`, and return what the future gives",
        ]],
    );
    check_method(
        "pub fn get(&self) -> ! {}",
        &[[
            "!",
            "handler `get` never returns, so its caller would wait forever",
            "return what the caller waits for, or nothing",
        ]],
    );
}
