//! `#[actor(remote)]` and the options of handlers that belong to it.

use super::{check, check_with};

#[test]
fn which_handlers_are_remote() {
    check_with(
        "remote",
        "impl Counter {
            #[handler(local)] pub fn a(&self) {}
            #[handler(remote)] pub fn b(self) {}
            pub fn c(self, sender: Sender<u8>) {}
            #[handler(queued, local)] pub fn d(&self, sender: Sender<u8>) {}
        }",
        &[],
    );
    check_with("remote = other::remote", "impl Counter { pub fn a(&self) {} }", &[]);
}

#[test]
fn options_without_effect() {
    let remove = |option| format!("remove `{option}`, or write `#[actor(remote)]`");
    check(
        "impl Counter { #[handler(local)] pub fn get(&self) {} #[handler(remote)] pub fn end(self) {} }",
        &[
            ["local", "`local` has no effect: the actor is not `remote`", &remove("local")],
            ["remote", "`remote` has no effect: the actor is not `remote`", &remove("remote")],
        ],
    );
    check_with(
        "remote",
        "impl Counter { #[handler(remote)] pub fn get(&self) {} #[handler(local)] pub fn end(self) {} }",
        &[
            ["remote", "handler `get` is remote without the option", "remove `remote`"],
            [
                "local",
                "handler `end` takes `self`, so it is local without the option",
                "remove `local`",
            ],
        ],
    );
}

#[test]
fn what_a_remote_handle_cannot_have() {
    check_with(
        "remote",
        "impl<T> Counter<T> { pub fn add(&mut self, amount: T) {} }",
        &[[
            "remote",
            "a remote handle has no parameters, and the messages of `Counter` mention `T`",
            "remove `remote`, or the parameters",
        ]],
    );
    check_with("remote", "impl<T> Counter<T> { pub fn add(&mut self, amount: u8) {} }", &[]);
    check_with(
        "remote",
        "impl Counter { pub fn add(&mut self, #[cfg(unix)] amount: u8) {} }",
        &[[
            "amount",
            "argument `amount` of remote handler `add` has a condition, and other processes may be built with others",
            "remove the condition, or mark the handler `#[handler(local)]`",
        ]],
    );
    let arguments = |count| (0..count).map(|number| format!("a{number}: u8, ")).collect::<String>();
    let with = |count| format!("impl Counter {{ pub fn add(&self, {}) {{}} }}", arguments(count));
    check_with("remote", &with(12), &[]);
    check_with(
        "remote",
        &with(13),
        &[[
            "add",
            "remote handler `add` has 13 arguments, and at most 12 are possible",
            "make a struct of them, or mark the handler `#[handler(local)]`",
        ]],
    );
}

#[test]
fn references() {
    let here = "remote handler `name` has a reference here, and other processes cannot have it";
    check_with(
        "remote",
        "impl Counter { pub fn name(&self) -> &'static str { NAME } }",
        &[["&'static str", here, "use `String`, or mark the handler `#[handler(local)]`"]],
    );
    check_with(
        "remote",
        "impl Counter { pub fn name(&self, all: Vec<&'static [u8]>) -> Option<&'static Page> { None } }",
        &[
            ["&'static [u8]", here, "use `Vec<u8>`, or mark the handler `#[handler(local)]`"],
            ["&'static Page", here, "use `Page`, or mark the handler `#[handler(local)]`"],
        ],
    );
    check_with("remote", "impl Counter { pub fn name(&self, name: &str, all: &[u8]) {} }", &[]);
    check_with(
        "remote",
        "impl Counter { #[handler(local)] pub fn name(&self) -> &'static str { NAME } }",
        &[],
    );
}

#[test]
fn the_option_itself() {
    let item = "impl Counter { pub fn get(&self) {} }";
    check_with(
        "remote = 3",
        item,
        &[[
            "3",
            "option `remote` needs a path, and `3` is not one",
            "write `remote = path::to::actor_remote`, without quotes",
        ]],
    );
    check_with(
        "remote, remote",
        item,
        &[["remote", "option `remote` is given twice", "keep one of them"]],
    );
}
