//! `#[on(EXPR)]`.

use super::{check, check_method, check_with};

/// The help for an argument that is not a source.
const EXAMPLE: &str = "write what the actor waits for, `#[on(self.ticks.tick())]`, with an optional guard: \
                       `#[on(self.ticks.tick(), if self.is_on)]`";

fn on(arguments: &str, expected: [&str; 3]) {
    check_method(&format!("#[on({arguments})] fn tick(&mut self, _: u8) {{}}"), &[expected]);
}

#[test]
fn source_and_guard_syntax() {
    on("", ["#[on()]", "`#[on()]` names no source of events", EXAMPLE]);
    on(
        "self.a.b() if c",
        ["if", "expected a comma between the source and its guard", "put a comma before `if`"],
    );
    on("self.a.b(), if", ["if", "this guard has no condition", EXAMPLE]);
    on("self.a.b(), c", [",", "only a guard may follow a source", EXAMPLE]);
    on("self.a.b(), if c, d", [",", "only a guard may follow a source", EXAMPLE]);
    on("= b", ["=", "expected an expression", EXAMPLE]);
    on("self.", [")", "expected identifier or integer", EXAMPLE]);
    check_method("#[on(self.a.b(), if c,)] fn tick(&mut self, _: u8) {}", &[]);
}

#[test]
fn what_is_no_future() {
    on(
        "value = self.rx.recv()",
        [
            "value",
            "`#[on(..)]` takes a future, without a pattern for its value",
            "write `#[on(self.rx.recv())]`, and the pattern as the parameter of the method",
        ],
    );
    let help = "write what the actor waits for, `#[on(self.ticks.tick())]`, with an optional guard: `#[on(self.ticks.tick(), if self.is_on)]`";
    on(
        "|this| this.rx.recv()",
        ["|this| this.rx.recv()", "`#[on(..)]` takes a future, and not a closure", help],
    );
    on("\"self.rx\"", ["\"self.rx\"", "`#[on(..)]` takes a future, and not a literal", help]);
}

#[test]
fn await_and_question_mark_in_a_source() {
    let waits = "`#[on(..)]` awaits its source itself";
    on("self.a.b().await", ["await", waits, "remove `.await`"]);
    on("self.a(self.b.await)", ["await", waits, "remove `.await`"]);
    on(
        "self.a()?.b()",
        [
            "?",
            "`?` in `#[on(..)]` has no caller to return an error to",
            "move the `?` into a `#[cancel_safe]` method that returns a `Result`, and handle the error here",
        ],
    );
    // These are of what is made.
    check_method("#[on(a(async { b.await? }, || c?))] fn tick(&mut self, _: u8) {}", &[]);
}

#[test]
fn deadline_that_starts_from_now() {
    let message = "this deadline moves with every message, so it may never be reached";
    let help = "keep the deadline in the actor, and write `sleep_until(self.deadline)`";
    on("sleep_until(Instant::now() + a)", ["Instant::now()", message, help]);
    on("time::timeout_at(a.max(now()), b)", ["now()", message, help]);
    check_method("#[on(sleep_until(self.now))] fn tick(&mut self, _: ()) {}", &[]);
}

#[test]
fn parameters_of_a_source_method() {
    let tick = |signature: &str, expected: [&str; 3]| {
        check_method(&format!("#[on(self.a.b())] fn tick{signature} {{}}"), &[expected]);
    };
    tick(
        "(&mut self)",
        [
            "tick",
            "`#[on(..)]` method `tick` does not take the value of its source",
            "add a parameter for it, or `_: Type` to ignore it",
        ],
    );
    tick(
        "(&mut self, a: u8, b: u8)",
        [
            "b: u8",
            "`#[on(..)]` method `tick` takes more than one value, but its source yields one",
            "take one value, or a tuple if the source yields one",
        ],
    );
    tick(
        "(&mut self, a: u8, b: &Context<Self>, c: &Context<Self>)",
        ["&Context<Self>", "`#[on(..)]` method `tick` takes the context twice", "keep one of them"],
    );
    tick(
        "(&mut self, a: &Instant)",
        [
            "&Instant",
            "`#[on(..)]` method `tick` takes a reference, but an event cannot borrow from the actor",
            "take `Instant`",
        ],
    );
    tick(
        "(&mut self, a: impl Into<Instant>)",
        [
            "impl Into<Instant>",
            "`#[on(..)]` method `tick` takes `impl Into<Instant>`, but its source yields one type",
            "take `Instant`",
        ],
    );
    tick(
        "<T>(&mut self, a: T)",
        [
            "T",
            "`#[on(..)]` method `tick` is generic, but its source yields one type",
            "take the type that the source yields, or make the actor generic",
        ],
    );
}

#[test]
fn several_sources_or_unreadable_cfgs() {
    check_method(
        "#[on(a)] #[on(b)] fn tick(&mut self, _: u8) {}",
        &[[
            "#[on(b)]",
            "a method can have only one `#[on(..)]`",
            "write a method for each source, and call a third one from both",
        ]],
    );
    check_method(
        "#[cfg_attr(all(), cfg(all()))] #[on(a)] fn tick(&mut self, _: u8) {}",
        &[[
            "#[cfg_attr(all(), cfg(all()))]",
            "`#[on(..)]` method `tick` has a `cfg` inside `cfg_attr`",
            "write a single `#[cfg(..)]`",
        ]],
    );
}

#[test]
fn several_mistakes_in_one_source_method() {
    check_method(
        "#[on(a.await)] #[on_idle] pub(crate) fn tick(self, reply: Reply<u8>) -> u8 {}",
        &[
            [
                "#[on_idle]",
                "`tick` cannot be both `#[on_idle]` and `#[on(a.await)]`",
                "remove `#[on_idle]`",
            ],
            ["await", "`#[on(..)]` awaits its source itself", "remove `.await`"],
            [
                "pub(crate)",
                "`#[on(..)]` method `tick` is `pub(crate)`, but it is not a handler: only its source calls it",
                "remove `pub(crate)`; to call it from outside as well, add a handler that calls it",
            ],
            [
                "self",
                "`#[on(..)]` method `tick` takes `self`, but the actor is still needed afterwards",
                "take `&mut self`",
            ],
            [
                "Reply<u8>",
                "`#[on(..)]` method `tick` takes `Reply<u8>`, but an event has no caller",
                "remove it; to reply to an earlier message, keep its `Reply` in the actor",
            ],
            [
                "u8",
                "`#[on(..)]` method `tick` returns `u8`, but the value is not used",
                "return nothing; keep the value in the actor, or take `&Context<Self>` and call `context.stop()`",
            ],
        ],
    );
}

#[test]
fn limits_of_sources_and_cfgs() {
    let sources = |count: usize, attrs: &dyn Fn(usize) -> String| {
        let source = |index| {
            format!("{} #[on(self.a.b())] fn tick_{index}(&mut self, _: u8) {{}}", attrs(index))
        };
        (0..count).map(source).collect::<String>()
    };
    check_method(&sources(63, &|_| String::new()), &[]);
    check_method(
        &sources(65, &|_| String::new()),
        &[[
            "tick_63",
            "an actor has at most 63 sources of events",
            "merge some of them into a stream, a `StreamMap` or a `JoinSet`",
        ]],
    );
    check_method(&sources(6, &|index| format!("#[cfg(a_{})]", index / 2)), &[]);
    check_method(
        &sources(5, &|index| format!("#[cfg(a_{index})]")),
        &[[
            "#[cfg(a_3)]",
            "the sources of an actor have more than 3 different `#[cfg]`s",
            "reuse the condition of another source, or write a guard: `#[on(.., if cfg!(..))]`",
        ]],
    );
}

#[test]
fn options_that_need_a_source() {
    let item = "impl Counter { pub fn get(&self) {} }";
    check_with(
        "first = mailbox",
        item,
        &[[
            "first",
            "`first` has no effect without a source of events",
            "remove `first`, or add a source: `#[on(self.ticks.tick())]`",
        ]],
    );
    check_with(
        "messages_if = self.is_ready",
        item,
        &[[
            "messages_if",
            "`messages_if` without a source of events could hold messages back forever",
            "remove `messages_if`, or add a source: `#[on(self.ticks.tick())]`",
        ]],
    );
    check_with(
        "busy_if = !self.asked.is_empty()",
        item,
        &[[
            "busy_if",
            "`busy_if` has no effect without a source of events that the actor could wait for",
            "remove `busy_if`, or add a source: `#[on(self.ticks.tick())]`",
        ]],
    );
    let help = "write `first = mailbox` or `first = sources`; without it they take turns";
    check_with("first", item, &[["first", "option `first` needs a value", help]]);
    let message = "option `first` needs `mailbox` or `sources`, and `messages` is neither";
    check_with("first = messages", item, &[["messages", message, help]]);
    let help = "write when messages are taken: `messages_if = self.is_ready`";
    let message = "option `messages_if` needs a condition";
    check_with("messages_if", item, &[["messages_if", message, help]]);
    let help = "write when the actor has work to complete: `busy_if = !self.pending.is_empty()`";
    let message = "option `busy_if` needs a condition";
    check_with("busy_if", item, &[["busy_if", message, help]]);
    check("impl Counter { #[on(self.a.b())] fn tick(&mut self, _: u8) {} }", &[]);
}
