//! `#[on(EXPR)]`.

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
    on("self.", [")", "expected identifier or integer", EXAMPLE]);
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
fn a_method_takes_what_its_source_gives() {
    let tick = |signature: &str, expected: [&str; 3]| {
        check_method(&format!("#[on(self.a.b())] fn tick{signature} {{}}"), &[expected]);
    };
    tick(
        "(&mut self)",
        [
            "tick",
            "`#[on(..)]` method `tick` does not take what its source gives",
            "take it as a parameter, or `_: Type` if it says nothing",
        ],
    );
    tick(
        "(&mut self, a: u8, b: u8)",
        [
            "b: u8",
            "`#[on(..)]` method `tick` takes more than one value, but its source gives one",
            "take one value, as a tuple if the source gives one; everything else is in `self`",
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
            "`#[on(..)]` method `tick` takes a borrow, but its source has let go of the actor by then",
            "take `Instant`",
        ],
    );
    tick(
        "(&mut self, a: impl Into<Instant>)",
        [
            "impl Into<Instant>",
            "`#[on(..)]` method `tick` takes `impl Into<Instant>`, but its source gives one type",
            "take `Instant`",
        ],
    );
    tick(
        "<T>(&mut self, a: T)",
        [
            "T",
            "`#[on(..)]` method `tick` is generic, but its source gives one type",
            "take what the source gives, or make the actor generic",
        ],
    );
}

#[test]
fn a_method_has_one_source_and_plain_conditions() {
    check_method(
        "#[on(a)] #[on(b)] fn tick(&mut self, _: u8) {}",
        &[[
            "#[on(b)]",
            "a method handles the events of one source",
            "write a method for each, and let both call a third",
        ]],
    );
    check_method(
        "#[cfg_attr(all(), cfg(all()))] #[on(a)] fn tick(&mut self, _: u8) {}",
        &[[
            "#[cfg_attr(all(), cfg(all()))]",
            "`#[on(..)]` method `tick` has a `cfg` in a `cfg_attr`",
            "write one `#[cfg(..)]`",
        ]],
    );
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
    let message = "`messages` is nothing that could come first";
    check_with("first = messages", item, &[["messages", message, help]]);
    let help = "write when messages are taken: `messages_if = self.is_ready`";
    let message = "option `messages_if` needs a condition";
    check_with("messages_if", item, &[["messages_if", message, help]]);
    check("impl Counter { #[on(self.a.b())] fn tick(&mut self, _: u8) {} }", &[]);
}
