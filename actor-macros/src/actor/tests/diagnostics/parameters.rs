//! What a handler may take.

use super::check_method;

/// The help of each parameter that cannot be conditional.
const CONDITION: &str = "put the `#[cfg(..)]` on the whole handler";

#[test]
fn arguments_are_owned() {
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
            "argument `key` of handler `put` may borrow, but a message must own what it carries",
            "take `Cow<'static, str>`",
        ]],
    );
    check_method(
        "pub fn put(&self, key: Cow<'_, str>, value: Ref<'a, u8>) {}",
        &[
            [
                "'_",
                "argument `key` of handler `put` holds a borrow for `'_`, but a message must own what it carries",
                "take an owned type, or write `'static`",
            ],
            [
                "'a",
                "argument `value` of handler `put` holds a borrow for `'a`, but a message must own what it carries",
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
fn arguments_have_a_type_with_a_name() {
    check_method(
        "pub fn put(&self, key: impl Into<String>) {}",
        &[[
            "impl Into<String>",
            "argument `key` of handler `put` is `impl Into<String>`, but a message needs a type with a name",
            "take `String`",
        ]],
    );
    check_method(
        "pub fn put(&self, keys: Vec<impl Display>) {}",
        &[[
            "impl Display",
            "argument `keys` of handler `put` is `impl Display`, but a message needs a type with a name",
            "take `String`",
        ]],
    );
    check_method(
        "pub fn put(&self, key: impl Fn(u8) -> u8) {}",
        &[[
            "impl Fn(u8) -> u8",
            "argument `key` of handler `put` is `impl Fn(u8) -> u8`, but a message needs a type with a name",
            "take the type itself, or `Box<dyn Fn(u8) -> u8 + Send>`",
        ]],
    );
}

#[test]
fn a_reply_is_the_one_answer() {
    check_method(
        "pub fn get(&self, reply: Reply<u8>) -> u8 {}",
        &[[
            "u8",
            "handler `get` returns a value and takes `Reply<u8>`, so it would answer twice",
            "return nothing, or leave out the `Reply<u8>`",
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
            "handler `get` borrows its reply, but to answer it has to own it",
            "take `Reply<u8>`",
        ]],
    );
    check_method(
        "pub fn get(&self, reply: &mut Replies<u8>) {}",
        &[[
            "&mut Replies<u8>",
            "handler `get` borrows its reply, but to answer it has to own it",
            "take `Replies<u8>`",
        ]],
    );
    check_method(
        "pub fn get(&self, reply: Reply<&str>) {}",
        &[[
            "&str",
            "handler `get` answers with a borrow, but its caller gets the answer when the borrow has ended",
            "answer with `String`",
        ]],
    );
    check_method(
        "pub fn get(&self, #[cfg(unix)] reply: Reply<u8>) {}",
        &[["#[cfg(unix)]", "handler `get` takes its `Reply<u8>` under a condition", CONDITION]],
    );
}

#[test]
fn the_context_is_borrowed() {
    check_method(
        "pub fn get(&self, context: &mut Context<Self>) {}",
        &[[
            "&mut Context<Self>",
            "handler `get` takes `&mut Context<Self>`, but the context belongs to the loop",
            "take `&Context<Self>`",
        ]],
    );
    check_method(
        "pub fn get(&self, context: Context<Counter>) {}",
        &[[
            "Context<Counter>",
            "handler `get` takes `Context<Counter>`, but the context belongs to the loop",
            "take `&Context<Self>`",
        ]],
    );
    check_method(
        "pub fn get(&self, context: &Context<Self>, again: &Context<Counter>) {}",
        &[["&Context<Counter>", "handler `get` takes the context twice", "keep one of them"]],
    );
    check_method(
        "pub fn get(&self, #[cfg(unix)] context: &Context<Self>) {}",
        &[[
            "#[cfg(unix)]",
            "handler `get` takes its `&Context<Self>` under a condition",
            CONDITION,
        ]],
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

#[test]
fn conditions_of_arguments_are_few() {
    check_method(
        "pub fn put(&self, #[cfg(a)] a: u8, #[cfg(b)] b: u8, #[cfg(c)] c: u8, #[cfg(d)] d: u8) {}",
        &[[
            "#[cfg(d)]",
            "handler `put` has arguments under more than 3 conditions",
            "put some of them into one struct",
        ]],
    );
    check_method(
        "pub fn put(&self, #[cfg_attr(a, cfg(b))] c: u8) {}",
        &[[
            "#[cfg_attr(a, cfg(b))]",
            "handler `put` has an argument with a `cfg` in a `cfg_attr`",
            "write one `#[cfg(..)]`",
        ]],
    );
}
