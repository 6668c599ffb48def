//! `#[on(EXPR)]`. Each mistake is a program in `tests/ui` too; here are those of which there are many
//! kinds.

use super::{check, check_method, check_with};

/// The help for whatever is no source.
const EXAMPLE: &str = "name what the actor waits for, `#[on(self.ticks.tick())]`, and perhaps when: \
                       `#[on(self.ticks.tick(), if self.is_on)]`";

fn on(arguments: &str, expected: [&str; 3]) {
    check_method(&format!("#[on({arguments})] fn tick(&mut self, _: u8) {{}}"), &[expected]);
}

#[test]
fn an_expression_and_perhaps_a_guard() {
    on("", ["#[on()]", "`#[on()]` names no source of events", EXAMPLE]);
    on(
        "self.a.b() if c",
        ["if", "a guard is separated from its source", "put a comma before `if`"],
    );
    on("self.a.b(), if", ["if", "this guard says nothing", EXAMPLE]);
    on("self.a.b(), c", [",", "nothing follows a source but its guard", EXAMPLE]);
    on("self.a.b(), if c, d", [",", "nothing follows a source but its guard", EXAMPLE]);
    on("= b", ["=", "expected an expression", EXAMPLE]);
    check_method("#[on(self.a.b(), if c,)] fn tick(&mut self, _: u8) {}", &[]);
}

#[test]
fn a_source_is_waited_for_and_not_left() {
    let waits = "`#[on(..)]` waits for its source by itself";
    on("self.a.b().await", ["await", waits, "leave out `.await`"]);
    on("self.a(self.b.await)", ["await", waits, "leave out `.await`"]);
    on(
        "self.a()?.b()",
        [
            "?",
            "there is nobody to give this error to",
            "let a `#[cancel_safe]` method make the future, and give its error to the handler",
        ],
    );
    // These are of what is made.
    check_method("#[on(a(async { b.await? }, || c?))] fn tick(&mut self, _: u8) {}", &[]);
}

#[test]
fn a_moment_is_no_duration() {
    let message = "this moment is another one after each message, so it never comes";
    let help = "keep the moment in the actor, and write `sleep_until(self.deadline)`";
    on("sleep_until(Instant::now() + a)", ["Instant::now()", message, help]);
    on("time::timeout_at(a.max(now()), b)", ["now()", message, help]);
    check_method("#[on(sleep_until(self.now))] fn tick(&mut self, _: ()) {}", &[]);
}

#[test]
fn all_mistakes_of_a_method_at_once() {
    check_method(
        "#[on(a.await)] #[on_idle] pub(crate) fn tick(self, reply: Reply<u8>) -> u8 {}",
        &[
            [
                "#[on_idle]",
                "`tick` cannot be `#[on_idle]` and `#[on(a.await)]`",
                "remove `#[on_idle]`",
            ],
            ["await", "`#[on(..)]` waits for its source by itself", "leave out `.await`"],
            [
                "pub(crate)",
                "`#[on(..)]` method `tick` is `pub(crate)`, but it is no message: its source calls it",
                "leave out `pub(crate)`; if others send it too, let a handler call it",
            ],
            [
                "self",
                "`#[on(..)]` method `tick` takes `self`, but the actor goes on after it",
                "take `&mut self`",
            ],
            [
                "Reply<u8>",
                "`#[on(..)]` method `tick` takes `Reply<u8>`, but nobody has called it",
                "leave it out; to answer an earlier message, keep its `Reply` in the actor",
            ],
            [
                "u8",
                "`#[on(..)]` method `tick` returns `u8`, but nobody reads it",
                "return nothing: note it in the actor, or take `&Context<Self>` and call `context.stop()`",
            ],
        ],
    );
}

#[test]
fn more_sources_or_conditions_than_there_may_be() {
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
            "put some of them into a stream, a `StreamMap` or a `JoinSet`",
        ]],
    );
    check_method(&sources(6, &|index| format!("#[cfg(a_{})]", index / 2)), &[]);
    check_method(
        &sources(5, &|index| format!("#[cfg(a_{index})]")),
        &[[
            "#[cfg(a_3)]",
            "sources of events are under more than 3 conditions",
            "use a condition that another one has, or a guard: `#[on(.., if cfg!(..))]`",
        ]],
    );
}

#[test]
fn an_order_and_a_condition_need_a_source() {
    let item = "impl Counter { pub fn get(&self) {} }";
    check_with(
        "first = mailbox",
        item,
        &[[
            "first",
            "there is nothing beside the mailbox that could come first",
            "leave out `first`, or wait for something: `#[on(self.ticks.tick())]`",
        ]],
    );
    check_with(
        "messages_if = self.is_ready",
        item,
        &[[
            "messages_if",
            "messages that are held could never be let through again",
            "leave out `messages_if`, or wait for something that lets them through: `#[on(self.ticks.tick())]`",
        ]],
    );
    let help = "write `first = mailbox` or `first = sources`; without it they take turns";
    check_with("first", item, &[["first", "option `first` needs a value", help]]);
    check("impl Counter { #[on(self.a.b())] fn tick(&mut self, _: u8) {} }", &[]);
}
