//! The parameters of a handler.

use super::{check_method, expand};

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
            "take `Key`, and return it: the caller's own stays as it is",
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
            "take `Vec<Key>`, and return it: the caller's own stays as it is",
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
    // rustc reports what is missing, or is another type.
    check_method("pub fn get(&self, context: &Context) {}", &[]);
    check_method("pub fn get(&self, context: &Cx<Self>) {}", &[]);
    check_method(
        "pub fn get(&self, context: &actor_runtime::Context<Other>) {}",
        &[[
            "&actor_runtime::Context<Other>",
            "handler `get` borrows its argument `context`, but a message must own what it carries",
            "write `&Context<Self>`: a handler gets the context of its own actor",
        ]],
    );
}

/// Their lifetime is hidden.
#[test]
fn contexts_in_answers() {
    let message = "handler `get` returns a reference, but the reply outlives `self`";
    check_method(
        "pub fn get<'a>(&self, cx: &'a Context<Self>) -> Option<&'a Context<Self>> {}",
        &[
            [
                "'a",
                "handler `get` declares lifetimes, but a message must own what it carries",
                "remove `<'a>` and take owned types",
            ],
            ["&'a Context<Self>", message, "return a handle, which `handle()` of the context has"],
        ],
    );
}

#[test]
fn guards_of_locks() {
    check_method(
        "pub fn get(&self, x: Option<sync::MutexGuard<u8>>) -> RwLockReadGuard<u8> {}",
        &[
            [
                "MutexGuard<u8>",
                "handler `get` takes `MutexGuard<u8>` in its argument `x`, which borrows a lock, but a message must own what it carries",
                "take a copy of what it guards, or the lock itself in an `Arc`",
            ],
            [
                "RwLockReadGuard<u8>",
                "handler `get` returns `RwLockReadGuard<u8>`, which borrows a lock, but the reply outlives `self`",
                "return a copy of what it guards, or the lock itself in an `Arc`",
            ],
        ],
    );
    check_method(
        "pub fn get(&self) -> MutexGuard<'_, u8> {}",
        &[[
            "MutexGuard<'_, u8>",
            "handler `get` returns `MutexGuard<'_, u8>`, which borrows a lock, but the reply outlives `self`",
            "return a copy of what it guards, or the lock itself in an `Arc`",
        ]],
    );
    check_method(
        "pub fn get(&self, x: RwLockWriteGuard<'static, u8>, y: OwnedMutexGuard<u8>, z: own::MutexGuard<u8>) -> Option<Cow<u8>> {}",
        &[],
    );
}

/// Parameters whose help is `take` with a type, which is accepted in their place.
#[test]
fn types_in_helps_are_accepted() {
    let borrows = "borrows its argument `x`, but a message must own what it carries";
    for (written, owned) in [
        ("&impl Debug", "Box<dyn Debug + Send>"),
        ("&mut impl io::Write", "Box<dyn io::Write + Send>"),
        ("&mut (dyn Debug + Send)", "Box<dyn Debug + Send>"),
        ("&(dyn Fn(&str) -> u8 + Send + Sync)", "Box<dyn Fn(&str) -> u8 + Send + Sync>"),
        ("&dyn Future<Output = u8>", "Pin<Box<dyn Future<Output = u8> + Send>>"),
        ("&Vec<&[u8]>", "Vec<Vec<u8>>"),
    ] {
        let help = format!("take `{owned}`");
        check_method(
            &format!("pub fn put(&self, x: {written}) {{}}"),
            &[[written, &format!("handler `put` {borrows}"), &help]],
        );
        check_method(&format!("pub fn put(&self, x: {owned}) {{}}"), &[]);
    }
    for (written, help) in [
        ("impl Sized", "take the type itself, or make the actor generic"),
        ("impl Clone + Debug", "take the type itself, or make the actor generic"),
        ("impl Send + 'static", "take the type itself, or make the actor generic"),
        ("impl FnOnce() + Send + 'static", "take the type itself, or `Box<dyn FnOnce() + Send>`"),
        (
            "impl Iterator<Item = u8>",
            "take the type itself, or `Box<dyn Iterator<Item = u8> + Send>`",
        ),
    ] {
        let message = format!(
            "handler `put` takes `{written}` in its argument `x`, but a message needs a named type"
        );
        check_method(
            &format!("pub fn put(&self, x: {written}) {{}}"),
            &[[written, &message, help]],
        );
    }
    for written in ["&task::Cx<'_>", "&MutexGuard<'_, u8>"] {
        check_method(
            &format!("pub fn put(&self, x: {written}) {{}}"),
            &[[written, &format!("handler `put` {borrows}"), "take an owned type"]],
        );
    }
}

#[test]
fn types_that_are_not_known_or_have_no_size() {
    // rustc reports these, and knows the type of the answer.
    check_method("pub fn put(&self, keys: Vec<_>, key: &_) -> _ {}", &[]);
    for (written, owned) in [
        ("[u8]", "`Vec<u8>`"),
        ("str", "`String`"),
        ("std::path::Path", "`PathBuf`"),
        ("std::ffi::OsStr", "`OsString`"),
        ("::core::ffi::CStr", "`CString`"),
        ("dyn Debug", "`Box<dyn Debug + Send>`"),
        ("dyn Send", "an owned type"),
    ] {
        check_method(
            &format!("pub fn put(&self, x: {written}) {{}}"),
            &[[
                written,
                &format!(
                    "handler `put` takes `{written}` in its argument `x`, whose size is not known when it is compiled"
                ),
                &match written {
                    _ if !written.starts_with("dyn") => format!("take `&{written}` or {owned}"),
                    _ => format!("take {owned}"),
                },
            ]],
        );
        check_method(
            &format!("pub fn get(&self) -> Option<{written}> {{}}"),
            &[[
                written,
                &format!(
                    "handler `get` returns `{written}`, whose size is not known when it is compiled"
                ),
                &format!("return {owned}"),
            ]],
        );
    }
}

#[test]
fn traits_where_a_type_is_needed() {
    let message = |what: &str| {
        format!("handler `put` takes `{what}` in its argument `x`, which is a trait and not a type")
    };
    for (written, help) in [
        ("Iterator<Item = u8>", "take `Box<dyn Iterator<Item = u8> + Send>`"),
        ("std::error::Error", "take `Box<dyn std::error::Error + Send>`"),
        ("::core::fmt::Debug", "take `Box<dyn ::core::fmt::Debug + Send>`"),
        ("Future<Output = u8>", "take `Pin<Box<dyn Future<Output = u8> + Send>>`"),
    ] {
        for within in ["X", "Vec<X>", "(u8, Option<X>)", "&'static X"] {
            let method = format!("pub fn put(&self, x: {}) {{}}", within.replace('X', written));
            check_method(&method, &[[written, &message(written), help]]);
        }
    }
    for (pointer, bounds) in
        [("Box", " + Send"), ("Option<std::sync::Arc", " + Send + Sync"), ("std::rc::Rc", "")]
    {
        let written = "std::any::Any";
        let end = if pointer.starts_with("Option") { ">>" } else { ">" };
        let method = format!("pub fn put(&self, x: {pointer}<{written}{end}) {{}}");
        let help = format!("write `dyn {written}{bounds}`");
        check_method(&method, &[[written, &message(written), &help]]);
    }
    check_method(
        "pub fn get(&self) -> std::future::Future<Output = u8> {}",
        &[[
            "std::future::Future<Output = u8>",
            "handler `get` returns `std::future::Future<Output = u8>`, which is a trait and not a type",
            "write `async fn get`, and return the output of the future",
        ]],
    );
    // They may be types of the user's.
    check_method("pub fn put(&self, x: Display, y: own::fmt::Display, z: std::io::Error) {}", &[]);
}

/// rustc infers the types of a closure's arguments from what the handler asks for.
#[test]
fn what_is_known_of_closures_is_kept() {
    let is_kept = |parameter: &str| {
        let item = format!("impl Counter {{ pub fn run(&self, f: {parameter}) {{}} }}");
        let generated = expand("", &item).to_string().replace(' ', "");
        let parameters = generated.split("fnrun(").nth(2).expect("a method of the handle");
        parameters.starts_with(&format!("&self,f:{})", parameter.replace(' ', "")))
    };
    for kept in ["impl Fn(u8) -> u8", "&dyn Fn(u8)", "Option<impl FnOnce(u8)>"] {
        assert!(is_kept(kept), "{kept}");
    }
    for unknown in ["impl ToString", "&'a dyn Fn(u8)", "&Key"] {
        assert!(!is_kept(unknown), "{unknown}");
    }
}
