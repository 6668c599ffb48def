//! The parameters of a handler.

use super::check_method;

/// The help of each parameter that cannot be conditional.
const CONDITION: &str = "put the `#[cfg(..)]` on the whole handler";

#[test]
fn arguments_that_borrow() {
    check_method(
        "pub fn put(&self, key: Option<&str>) {}",
        &[[
            "&str",
            "handler `put` borrows its argument `key`, but a message must own what it carries",
            "take `String`",
        ]],
    );
    check_method(
        "pub fn put(&self, key: &mut Key) {}",
        &[[
            "&mut Key",
            "handler `put` borrows its argument `key`, but a message must own what it carries",
            "take `Key`",
        ]],
    );
    check_method(
        "pub fn put(&self, key: &dyn Fn(u8)) {}",
        &[[
            "&dyn Fn(u8)",
            "handler `put` borrows its argument `key`, but a message must own what it carries",
            "take `Box<dyn Fn(u8) + Send>`",
        ]],
    );
    check_method(
        "pub fn put(&self, keys: &[&str]) {}",
        &[[
            "&str",
            "handler `put` borrows its argument `keys`, but a message must own what it carries",
            "take `String`",
        ]],
    );
    check_method(
        "pub fn put(&self, keys: &mut [Key]) {}",
        &[[
            "&mut [Key]",
            "handler `put` borrows its argument `keys`, but a message must own what it carries",
            "take `Vec<Key>`",
        ]],
    );
    check_method(
        "pub fn put(&self, key: &&Path) {}",
        &[[
            "&&Path",
            "handler `put` borrows its argument `key`, but a message must own what it carries",
            "take `PathBuf`",
        ]],
    );
    check_method(
        "pub fn put(&self, key: Cow<str>) {}",
        &[[
            "Cow<str>",
            "handler `put` takes `Cow<str>` in its argument `key`, which may borrow, but a message must own what it carries",
            "take `Cow<'static, str>`",
        ]],
    );
    check_method(
        "pub fn put(&self, key: Cow<'_, str>, value: Ref<'a, u8>) {}",
        &[
            [
                "'_",
                "handler `put` takes a borrow for `'_` in its argument `key`, but a message must own what it carries",
                "take an owned type, or write `'static`",
            ],
            [
                "'a",
                "handler `put` takes a borrow for `'a` in its argument `value`, but a message must own what it carries",
                "take an owned type, or write `'static`",
            ],
        ],
    );
    check_method(
        "pub fn put(&self, _key: (u8, &OsStr), (a, b): (&u8, u8)) {}",
        &[
            [
                "&OsStr",
                "handler `put` borrows its argument `_key`, but a message must own what it carries",
                "take `OsString`",
            ],
            [
                "&u8",
                "handler `put` borrows its argument `(a, b)`, but a message must own what it carries",
                "take `u8`",
            ],
        ],
    );
}

#[test]
fn arguments_of_unnamed_types() {
    check_method(
        "pub fn put(&self, key: impl Into<String>) {}",
        &[[
            "impl Into<String>",
            "handler `put` takes `impl Into<String>` in its argument `key`, but a message needs a named type",
            "take `String`",
        ]],
    );
    check_method(
        "pub fn put(&self, keys: Vec<impl Display>) {}",
        &[[
            "impl Display",
            "handler `put` takes `impl Display` in its argument `keys`, but a message needs a named type",
            "take `String`",
        ]],
    );
    check_method(
        "pub fn put(&self, key: impl Fn(u8) -> u8) {}",
        &[[
            "impl Fn(u8) -> u8",
            "handler `put` takes `impl Fn(u8) -> u8` in its argument `key`, but a message needs a named type",
            "take the type itself, or `Box<dyn Fn(u8) -> u8 + Send>`",
        ]],
    );
}

#[test]
fn reply_parameters() {
    check_method(
        "pub fn get(&self, reply: Reply<u8>) -> u8 {}",
        &[[
            "u8",
            "handler `get` returns a value and takes `Reply<u8>`, so it would reply twice",
            "return nothing, or remove the `Reply<u8>`",
        ]],
    );
    check_method(
        "pub fn get(&self, reply: Reply<u8>, replies: Replies<u8>) {}",
        &[[
            "Replies<u8>",
            "handler `get` takes `Reply<u8>` and `Replies<u8>`, but a message has one reply",
            "keep one of them",
        ]],
    );
    check_method(
        "pub fn get(&self, reply: &Reply<u8>) {}",
        &[[
            "&Reply<u8>",
            "handler `get` borrows its reply, but must own it to send the reply",
            "take `Reply<u8>`",
        ]],
    );
    check_method(
        "pub fn get(&self, reply: &mut Replies<u8>) {}",
        &[[
            "&mut Replies<u8>",
            "handler `get` borrows its reply, but must own it to send the reply",
            "take `Replies<u8>`",
        ]],
    );
    check_method(
        "pub fn get(&self, reply: Reply<&str>) {}",
        &[[
            "&str",
            "handler `get` replies with a reference, but the reply outlives `self`",
            "reply with `String`",
        ]],
    );
    check_method(
        "pub fn get(&self, #[cfg(unix)] reply: Reply<u8>) {}",
        &[["#[cfg(unix)]", "handler `get` has a `#[cfg]` on its `Reply<u8>`", CONDITION]],
    );
}

#[test]
fn context_parameters() {
    check_method(
        "pub fn get(&self, context: &mut Context<Self>) {}",
        &[[
            "&mut Context<Self>",
            "handler `get` takes `&mut Context<Self>`, but the context belongs to the actor's loop",
            "take `&Context<Self>`",
        ]],
    );
    check_method(
        "pub fn get(&self, context: Context<Counter>) {}",
        &[[
            "Context<Counter>",
            "handler `get` takes `Context<Counter>`, but the context belongs to the actor's loop",
            "take `&Context<Self>`",
        ]],
    );
    check_method(
        "pub fn get(&self, context: &Context<Self>, again: &Context<Counter>) {}",
        &[["&Context<Counter>", "handler `get` takes the context twice", "keep one of them"]],
    );
    check_method(
        "pub fn get(&self, #[cfg(unix)] context: &Context<Self>) {}",
        &[["#[cfg(unix)]", "handler `get` has a `#[cfg]` on its `&Context<Self>`", CONDITION]],
    );
    check_method(
        "pub fn get(&self, context: &Context) {}",
        &[[
            "&Context",
            "handler `get` borrows its argument `context`, but a message must own what it carries",
            "take `Context`",
        ]],
    );
}
