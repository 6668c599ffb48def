//! `#[handler(…)]`, the hooks and `#[cancel_safe]`.

use super::{check_method, expand};

const HOOKS: [&str; 4] = ["on_start", "on_stop", "on_idle", "on_release"];

/// The help of each option that is not known.
const OPTION: &str = "its options are `run_abandoned`, `queued`, `always`, `local` and `remote`, as in `#[handler(run_abandoned)]`";

#[test]
fn options_of_the_handler_marker() {
    check_method(
        "#[handler] pub fn get(&self) {}",
        &[[
            "#[handler]",
            "`#[handler]` without an option has no effect",
            "a `pub` method is a handler without it; its options are `run_abandoned`, `queued`, `always`, `local` and `remote`, as in `#[handler(run_abandoned)]`",
        ]],
    );
    check_method(
        "#[handler(inline)] pub fn get(&self) {}",
        &[["inline", "`#[handler]` has no option `inline`", OPTION]],
    );
    check_method(
        "#[handler(run_abandoned, run_abandoned)] pub fn get(&self) {}",
        &[["run_abandoned", "option `run_abandoned` is given twice", "keep one of them"]],
    );
    check_method(
        "#[handler = 3] pub fn get(&self) {}",
        &[["handler = 3", "`#[handler]` takes its options in parentheses", OPTION]],
    );
    check_method(
        "#[handler(3)] pub fn get(&self) {}",
        &[["3", "expected the name of an option", OPTION]],
    );
    check_method(
        "#[handler(timeout = 5, queued = true)] pub fn get(&self) {}",
        &[
            ["timeout", "`#[handler]` has no option `timeout`", OPTION],
            ["true", "option `queued` takes no value", "write `queued`"],
        ],
    );
    check_method(
        "#[handler(queued(yes))] pub fn get(&self) {}",
        &[["(", "expected `=` or `,` after `queued`", OPTION]],
    );
    check_method(
        "#[handler(run_abandoned)] #[handler(run_abandoned)] pub fn get(&self) {}",
        &[["#[handler(run_abandoned)]", "`#[handler]` is given twice", "keep one of them"]],
    );
    check_method("#[handler(queued, run_abandoned)] pub fn get(&self) {}", &[]);
}

#[test]
fn always_without_anything_to_pass() {
    let message = "handler `get` is `always`, but without `messages_if` no message is held back";
    let help = "remove `always`, or write when messages are taken: `#[actor(messages_if = self.is_ready)]`";
    check_method("#[handler(always)] pub fn get(&self) {}", &[["always", message, help]]);
    check_method(
        "#[handler(run_abandoned, always)] pub async fn get(&self, reply: Reply<u8>) {}",
        &[["always", message, help]],
    );
    check_method(
        "#[handler(always, always)] pub fn get(&self) {}",
        &[
            ["always", "option `always` is given twice", "keep one of them"],
            ["always", message, help],
        ],
    );
    check_method(
        "#[handler(always)] pub fn get(self) {}",
        &[[
            "always",
            "handler `get` takes `self`, so it would end the actor ahead of the messages that are held back",
            "remove `always`",
        ]],
    );
}

#[test]
fn queued_on_handlers_that_always_are() {
    let queued = |method: &str, is: &str| {
        let message = format!("handler `get` {is}, so it is always queued");
        check_method(
            &format!("#[handler(queued)] {method}"),
            &[["queued", &message, "remove `queued`"]],
        );
    };
    queued("pub async fn get(&self) {}", "is an `async fn`");
    queued("pub fn get(self) {}", "takes `self`");
    queued("pub fn get(&self, reply: Reply<u8>) {}", "takes `Reply<u8>`");
    queued("pub fn get(&self, values: Replies<u8>) {}", "takes `Replies<u8>`");
    check_method(
        "#[handler(queued, queued)] pub fn get(&self) {}",
        &[["queued", "option `queued` is given twice", "keep one of them"]],
    );
}

#[test]
fn markers_on_items_they_do_not_fit() {
    check_method(
        "#[handler(run_abandoned)] fn get(&self) {}",
        &[[
            "#[handler(run_abandoned)]",
            "`get` is not `pub`, so it is not a handler",
            "mark it `pub` or `pub(crate)`, or remove `#[handler(..)]`",
        ]],
    );
    check_method(
        "#[handler(run_abandoned)] pub fn new() {}",
        &[[
            "#[handler(run_abandoned)]",
            "`new` takes no `self`, so it is not a handler",
            "take `&self` or `&mut self`, or remove `#[handler(..)]`",
        ]],
    );
    check_method(
        "#[on_start] const LIMIT: u8 = 1;",
        &[[
            "#[on_start]",
            "`#[on_start]` goes on a method, and this is not one",
            "remove it, or move it to a method",
        ]],
    );
    check_method(
        "#[on_sart] fn open(&mut self) {}",
        &[["on_sart", "unknown marker `#[on_sart]`", "did you mean `#[on_start]`?"]],
    );
    for (other, name) in [("on_end", "on_stop"), ("stopped", "on_stop"), ("on_init", "on_start")] {
        check_method(
            &format!("#[{other}] fn open(&mut self) {{}}"),
            &[[
                other,
                &format!("unknown marker `#[{other}]`"),
                &format!("did you mean `#[{name}]`?"),
            ]],
        );
    }
    check_method(
        "#[cfg_attr(unix, on_start)] fn open(&mut self) {}",
        &[[
            "on_start",
            "the marker `#[on_start]` cannot be conditional",
            "put `#[on_start]` on the method, and the condition in a `#[cfg(..)]` on the method or in its body",
        ]],
    );
    check_method(
        "#[on_start] #[handler(run_abandoned)] fn open(&mut self) {}",
        &[[
            "#[handler(run_abandoned)]",
            "`open` cannot be both a handler and `#[on_start]`",
            "remove `#[handler(..)]`",
        ]],
    );
}

#[test]
fn hooks_with_options_or_given_twice() {
    check_method(
        "#[on_start(now)] fn open(&mut self) {}",
        &[["#[on_start(now)]", "`#[on_start]` takes no options", "write `#[on_start]`"]],
    );
    check_method(
        "#[on_start] #[on_start] fn open(&mut self) {}",
        &[["#[on_start]", "`#[on_start]` is given twice", "keep one of them"]],
    );
    check_method(
        "#[on_stop] fn one(&mut self) {} #[on_stop] fn two(&mut self) {}",
        &[[
            "#[on_stop]",
            "`#[on_stop]` marks a second method, `two`",
            "keep one of them, and call the other from it",
        ]],
    );
}

#[test]
fn signatures_of_hooks() {
    check_method(
        "#[on_start] fn open() {}",
        &[["open", "`#[on_start]` function `open` takes no `self`", "take `&mut self`"]],
    );
    check_method(
        "#[on_stop] fn save(self) {}",
        &[[
            "self",
            "`#[on_stop]` method `save` takes `self`, but the actor is still needed afterwards",
            "take `&mut self`",
        ]],
    );
    check_method(
        "#[on_idle] fn flush(&mut self, all: bool) {}",
        &[[
            "all: bool",
            "`#[on_idle]` method `flush` takes an argument, but is called without one",
            "take only `&Context<Self>`, and keep what it needs in fields of the actor",
        ]],
    );
    check_method(
        "#[on_idle] unsafe fn flush<T>(&mut self) {}",
        &[
            [
                "unsafe",
                "`#[on_idle]` method `flush` is `unsafe`, but is called from generated code, which cannot uphold its contract",
                "make it safe",
            ],
            [
                "T",
                "`#[on_idle]` method `flush` is generic, but nothing determines its parameters",
                "make the actor generic",
            ],
        ],
    );
    check_method(
        "#[on_start] fn open(&mut self) where u8: Copy {}",
        &[[
            "where u8: Copy",
            "`#[on_start]` method `open` has a where clause, but is called regardless",
            "move it to the `impl` block",
        ]],
    );
}

#[test]
fn return_types_of_hooks() {
    check_method(
        "#[on_start] fn open(&mut self) -> u8 {}",
        &[[
            "u8",
            "`#[on_start]` method `open` returns `u8`, but the value is not used",
            "return nothing, or `Result<(), E>`",
        ]],
    );
    check_method(
        "#[on_start] fn open(&mut self) -> io::Result<()> {}",
        &[[
            "io::Result<()>",
            "`#[on_start]` method `open` returns `io::Result<()>`, which does not name its error",
            "return `Result<(), io::Error>`",
        ]],
    );
    check_method(
        "#[on_start] fn open(&mut self) -> Result<(), &str> {}",
        &[[
            "&str",
            "the error of `open` is a reference, but the error outlives the actor",
            "return `String`",
        ]],
    );
    check_method(
        "#[on_start] fn open(&mut self) -> Result<(), impl Error> {}",
        &[[
            "impl Error",
            "the error of `open` is `impl Error`, but an error needs a named type",
            "return the type itself, or `Box<dyn Error + Send>`",
        ]],
    );
    check_method(
        "#[on_stop] fn save(&mut self) -> u8 {}",
        &[[
            "u8",
            "`#[on_stop]` method `save` returns `u8`, but the value is not used",
            "return nothing",
        ]],
    );
    check_method(
        "#[on_idle] fn flush(&mut self) -> Result<(), Error> {}",
        &[[
            "Result<(), Error>",
            "`#[on_idle]` method `flush` returns `Result<(), Error>`, but the value is not used",
            "return nothing",
        ]],
    );
    check_method(
        "#[on_release] fn unlock(&mut self) -> bool {}",
        &[[
            "bool",
            "`#[on_release]` method `unlock` returns `bool`, but the value is not used",
            "return nothing",
        ]],
    );
}

/// A mark is checked by `#[actor]` on handlers, and by its own attribute on all other methods.
#[test]
fn cancel_safe_stays_on_methods_that_are_no_handlers() {
    let is_left = |item: &str| {
        let expansion = expand("", &format!("impl Counter {{ {item} pub fn ok(&self) {{}} }}"));
        expansion.to_string().matches("# [cancel_safe").count() == 1
    };
    for vis in ["", "pub", "pub(crate)"] {
        for hook in HOOKS {
            assert!(is_left(&format!("#[{hook}] #[cancel_safe] {vis} async fn f(&mut self) {{}}")));
            assert!(is_left(&format!("#[cancel_safe] #[{hook}] {vis} fn f(&self) {{}}")));
        }
        assert!(is_left(&format!("#[cancel_safe] {vis} async fn new() -> Self {{ Self }}")));
        assert!(is_left(&format!("#[cancel_safe] {vis} const LIMIT: u8 = 1;")));
    }
    assert!(is_left("#[cancel_safe] #[on(a)] async fn f(&mut self, _: u8) {}"));
    assert!(is_left("#[cancel_safe] async fn f(&mut self) {}"));
    assert!(!is_left("#[cancel_safe] pub async fn f(&self) {}"));
    assert!(!is_left("#[cancel_safe] pub fn f(&self) {}"));
}

#[test]
fn cancel_safe_twice_or_conditional() {
    let twice = ["#[cancel_safe]", "`#[cancel_safe]` is given twice", "keep one of them"];
    check_method("#[cancel_safe] #[cancel_safe] pub fn f(&self) {}", &[twice]);
    check_method("#[on_stop] #[cancel_safe] #[cancel_safe] async fn f(&self) {}", &[twice]);
    check_method("#[cancel_safe] #[cancel_safe] async fn f(&self) {}", &[twice]);
    check_method(
        "#[cfg_attr(unix, cancel_safe)] pub async fn f(&self) {}",
        &[[
            "cancel_safe",
            "the marker `#[cancel_safe]` cannot be conditional",
            "put `#[cancel_safe]` on the method, and the condition in a `#[cfg(..)]` on the method or in its body",
        ]],
    );
    check_method("#[on_stop] #[cfg_attr(unix, cancel_safe)] async fn f(&self) {}", &[]);
}

#[test]
fn contradicting_markers() {
    check_method(
        "#[on(a.b())] #[on_stop] #[handler(queued)] fn f(&mut self, _: u8) {}",
        &[
            [
                "#[on_stop]",
                "`f` cannot be both `#[on_stop]` and `#[on(a.b())]`",
                "remove `#[on_stop]`",
            ],
            [
                "#[handler(queued)]",
                "`f` cannot be both `#[handler(..)]` and `#[on(a.b())]`",
                "remove `#[handler(..)]`",
            ],
        ],
    );
    check_method("#[on_stop] #[on_idle] fn f(&mut self) {}", &[]);
}

#[test]
fn deprecated_and_conditional_hooks() {
    for hook in HOOKS {
        let item = format!(
            "impl Counter {{ #[{hook}] #[deprecated] fn f(&self) {{}} pub fn ok(&self) {{}} }}"
        );
        let expansion = expand("", &item).to_string();
        assert!(expansion.contains("a deprecated hook is still called"), "{expansion}");
        let marker = format!("#[{hook}]");
        check_method(
            &format!("#[cfg_attr(all(), cfg(all()))] {marker} fn f(&self) {{}}"),
            &[[
                "#[cfg_attr(all(), cfg(all()))]",
                &format!("`{marker}` method `f` has a `cfg` inside `cfg_attr`"),
                "write a single `#[cfg(..)]`",
            ]],
        );
    }
}
