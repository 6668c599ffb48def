//! The options of `#[actor(..)]`.

use super::check_options;

/// The help of each option that is not known.
const KNOWN: &str = "the options are `mailbox = 128`, `mailbox = unbounded`, `handle = Name`, `message = Name`, `crate = path`, `local`, `inline = false`, `first = mailbox`, `first = sources`, `messages_if = self.is_ready`, `busy_if = self.is_working`, `keep_alive` and `remote`";

/// The help of each invalid capacity.
const SIZES: &str = "write how many messages may wait, `mailbox = 128`, or `mailbox = unbounded`";

#[test]
fn unknown_and_incomplete_options() {
    let meant = |key: &str| format!("did you mean `{key}`? {KNOWN}");
    for (written, key) in [
        ("size", "mailbox"),
        ("capacity", "mailbox"),
        ("unbounded", "mailbox = unbounded"),
        ("not_send", "local"),
    ] {
        let message = format!("`#[actor]` has no option `{written}`");
        check_options(written, &[[written, &message, &meant(key)]]);
    }
    for (args, caret) in [("mailbox: 8", ":"), ("mailbox(8)", "("), ("mailbox 8", "8")] {
        check_options(args, &[[caret, "expected `=` or `,` after `mailbox`", KNOWN]]);
    }
    for args in ["\"local\"", "!local"] {
        let caret = if args == "!local" { "!" } else { args };
        check_options(args, &[[caret, "expected the name of an option", KNOWN]]);
    }
    check_options(
        "malbox = 3",
        &[[
            "malbox",
            "`#[actor]` has no option `malbox`",
            "did you mean `mailbox`? the options are `mailbox = 128`, `mailbox = unbounded`, `handle = Name`, `message = Name`, `crate = path`, `local`, `inline = false`, `first = mailbox`, `first = sources`, `messages_if = self.is_ready`, `busy_if = self.is_working`, `keep_alive` and `remote`",
        ]],
    );
    check_options(
        "local, local",
        &[["local", "option `local` is given twice", "keep one of them"]],
    );
    check_options("128", &[["128", "expected the name of an option", KNOWN]]);
    check_options(
        "keep_alive = true",
        &[["true", "option `keep_alive` takes no value", "write `keep_alive`"]],
    );
    check_options("local = true", &[["true", "option `local` takes no value", "write `local`"]]);
    check_options(
        "mailbox",
        &[[
            "mailbox",
            "option `mailbox` needs a value",
            "write `mailbox = 128` or `mailbox = unbounded`",
        ]],
    );
    check_options(
        "mailbox =",
        &[[
            "mailbox",
            "option `mailbox` needs a value",
            "write `mailbox = 128` or `mailbox = unbounded`",
        ]],
    );
    check_options("handle", &[["handle", "option `handle` needs a name", "write `handle = Name`"]]);
    check_options(
        "crate",
        &[["crate", "option `crate` needs a path", "write `crate = path::to::actor_runtime`"]],
    );
    check_options("inline = false", &[]);
    check_options("inline = true", &[]);
    let inline = "write `inline = false` to run every handler in the actor's own task";
    check_options("inline", &[["inline", "option `inline` needs `true` or `false`", inline]]);
    let message = "option `inline` needs `true` or `false`, and `never` is neither";
    check_options("inline = never", &[["never", message, inline]]);
    check_options("mailbox = 8 handle = A", &[["handle", "expected `,`", KNOWN]]);
    check_options(
        "colour, local = 1, mailbox = 0",
        &[
            ["colour", "`#[actor]` has no option `colour`", KNOWN],
            ["1", "option `local` takes no value", "write `local`"],
            ["0", "a mailbox of capacity 0 can never accept a message", SIZES],
        ],
    );
}

#[test]
fn mailbox_capacities() {
    check_options(
        "mailbox = 0",
        &[["0", "a mailbox of capacity 0 can never accept a message", SIZES]],
    );
    check_options(r#"mailbox = "8""#, &[[r#""8""#, r#"`"8"` is not a number of messages"#, SIZES]]);
    check_options("mailbox = -1", &[["-1", "`-1` is not a number of messages", SIZES]]);
}

#[test]
fn names_of_generated_types() {
    check_options(
        "handle = 3",
        &[["3", "option `handle` needs a name, and `3` is not one", "write `handle = Name`"]],
    );
    check_options(
        "handle = crate",
        &[[
            "crate",
            "option `handle` needs a name, and `crate` is not one",
            "write `handle = Name`",
        ]],
    );
    check_options(
        "handle = a::B",
        &[["a::B", "option `handle` needs a name, and `a::B` is not one", "write `handle = Name`"]],
    );
    check_options(
        "handle = A, message = A",
        &[["A", "this is already the name of the handle", "choose another name"]],
    );
    check_options(
        "handle = Counter",
        &[["Counter", "this is already the name of the actor", "choose another name"]],
    );
    check_options(
        "message = Counter",
        &[["Counter", "this is already the name of the actor", "choose another name"]],
    );
    check_options(
        r#"crate = "a""#,
        &[[
            r#""a""#,
            r#"option `crate` needs a path, and `"a"` is not one"#,
            "write `crate = path::to::actor_runtime`, without quotes",
        ]],
    );
}
