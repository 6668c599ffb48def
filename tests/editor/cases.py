"""What a person expects of an editor. `$0` is the cursor."""

COUNTER = """\
use actor_runtime::{ActorHandle, Context, Reply, actor, spawn};

#[derive(Default)]
pub struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    /// Adds `amount` and returns the new total.
    pub fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        BODY
        self.total
    }

    /// Returns the total.
    pub async fn get(&self, _name: &str) -> Option<u64> {
        Some(self.total)
    }
    HANDLER

    /// Replies later.
    pub fn later(&self, context: &Context<Self>, reply: Reply<u64>) {
        reply.send(self.total);
        CONTEXT
    }

    fn helper(&self) {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let counter = spawn(Counter::default());
    MAIN
}
"""

# Half-written code. Editors close brackets when they are opened.
BODIES = ["self.", "let x = ;", "let x = self.total.", "if self.total > {}", "foo()", "match self.", "let"]
HANDLERS = [
    "pub",
    "pub fn",
    "pub fn new",
    "pub fn new()",
    "pub fn new(&self)",
    "pub fn new(&self, x)",
    "pub fn new(&self, x: )",
    "pub fn new(&self, x: &) {}",
    "pub fn new(&self, x: u8) ->",
    "pub fn new(&self, x: u8) -> {}",
    "pub async",
    "pub async new(&self) {}",
    "pub fun new(&self) {}",
    "#[]",
    "#[on_]",
    "#[on()]",
    "#[on(self.)] fn event(&mut self, _: ()) {}",
    "fn",
    "cons",
    "new",
]

ALL = []


def case(function):
    ALL.append(function)
    return function


def counter(main="", body="", handler="", context=""):
    text = COUNTER
    for name, code in [("BODY", body), ("HANDLER", handler), ("CONTEXT", context), ("MAIN", main)]:
        text = text.replace(f" {name}\n", f" {code}\n")
    return text


def has(text, *parts, of=""):
    for part in parts:
        assert part in text, f"{part!r} is not in {text!r} {of}"


def lacks(text, *parts):
    for part in parts:
        assert part not in text, f"{part!r} is in {text!r}"


@case
def hover_of_a_call(editor):
    """shows the handler's documentation and arguments"""
    editor.open(counter(main="counter.ad$0d(1).await;"))
    has(editor.hover(), "Adds `amount` and returns the new total.", "fn add(&self, amount: u64) ->", "Call<'_, u64, CounterMessage")


@case
def hover_of_an_awaited_call(editor):
    """shows the type of the answer"""
    editor.open(counter(main="let tot$0al = counter.add(1).await;"))
    has(editor.hover(), "Result<u64, CallError>")


@case
def hover_of_the_handle(editor):
    """names the actor"""
    editor.open(counter(main="let _: Counter$0Handle = counter;"))
    has(editor.hover(), "A handle to a running", "CounterHandle")


@case
def definition_of_a_call(editor):
    """leads to the handler"""
    editor.open(counter(main="counter.ad$0d(1).await;"))
    has(editor.definition(), "pub fn add(&mut self, amount: u64) -> u64 {")


@case
def definition_of_a_variant(editor):
    """leads to the handler"""
    editor.open(counter(main="if let CounterMessage::Ad$0d { .. } = todo!() {}"))
    has(editor.definition(), "pub fn add(&mut self, amount: u64) -> u64 {")


@case
def definition_of_the_handle(editor):
    """leads to the impl"""
    editor.open(counter(main="let _: Counter$0Handle = counter;"))
    has(editor.definition(), "impl Counter {")


@case
def rename_of_a_handler(editor):
    """changes its calls"""
    editor.open(counter(main="counter.add(1).await;").replace("fn add", "fn ad$0d"))
    has(editor.renamed("plus"), "fn plus(", "counter.plus(1)")


@case
def rename_of_an_argument(editor):
    """changes its uses"""
    editor.open(counter().replace("amount: u64", "amo$0unt: u64"))
    has(editor.renamed("much"), "much: u64", "+= much;")


@case
def rename_of_a_field(editor):
    """changes the handlers"""
    editor.open(counter().replace("    total: u64", "    to$0tal: u64"))
    has(editor.renamed("sum"), "self.sum += amount", "Some(self.sum)", "reply.send(self.sum)")


@case
def completion_of_a_handle(editor):
    """begins with the handlers"""
    editor.open(counter(main="counter.$0"))
    found = editor.completions()
    has(found, "add", "get", "later", "shutdown")
    lacks(found, "helper")
    handlers = max(found.index(name) for name in ["add", "get", "later"])
    assert handlers < found.index("shutdown"), found[:12]


@case
def completion_of_a_handle_while_a_body_is_typed(editor):
    """has the handlers"""
    for body in BODIES:
        editor.open(counter(main="counter.$0", body=body))
        has(editor.completions(), "add", "get", "later", of=body)


@case
def completion_of_a_handle_while_a_handler_is_typed(editor):
    """has the other handlers"""
    for handler in HANDLERS:
        editor.open(counter(main="counter.$0", handler=handler))
        has(editor.completions(), "add", "get", of=handler)


@case
def completion_of_a_handle_of_an_actor_that_borrows(editor):
    """has the handlers, although the impl is refused"""
    text = counter(main="counter.$0").replace("pub struct Counter {", "pub struct Counter<'a> {\n    name: &'a str,")
    editor.open(text.replace("impl Counter {", "impl<'a> Counter<'a> {"))
    has(editor.completions(), "add", "get", "later", "shutdown")


@case
def completion_in_a_body(editor):
    """has the fields and the methods of the actor"""
    editor.open(counter(body="self.$0"))
    has(editor.completions(), "total", "helper", "get")


@case
def completion_in_a_body_of_a_broken_impl(editor):
    """has the fields, although another handler is refused"""
    editor.open(counter(body="self.$0", handler="pub fn peek(&self) -> &u64 { &self.total }"))
    has(editor.completions(), "total", "helper")


@case
def completion_of_a_type_in_a_refused_signature(editor):
    """has the types, although the text of the error changes with each letter"""
    for handler in ["pub fn take(&self, x: &Cou$0) {}", "pub fn peek(&self) -> &Cou$0 { todo!() }"]:
        editor.open(counter(handler=handler))
        has(editor.completions(), "Counter", of=handler)


@case
def completion_of_a_context(editor):
    """has its methods"""
    editor.open(counter(context="context.$0"))
    has(editor.completions(), "stop", "handle")


@case
def completion_of_a_call(editor):
    """has the ways to send it"""
    editor.open(counter(main="counter.add(1).$0"))
    has(editor.completions(), "await", "cast", "sent", "timeout", "blocking")


@case
def completion_of_an_answer(editor):
    """has the methods of the answer's type"""
    editor.open(counter(main='let answer = counter.get("a").await; if let Ok(answer) = answer { answer.$0 }'))
    has(editor.completions(), "is_some")


@case
def signature_of_a_call(editor):
    """shows the arguments"""
    editor.open(counter(main="counter.add($0)"))
    has(editor.signature(), "fn add(&self, amount: u64)")


@case
def hint_of_a_call(editor):
    """begins with the answer"""
    editor.open(counter(main="let call = counter.add(1);"))
    hints = [text for line, text in editor.hints() if line == "let call = counter.add(1);"]
    has(" ".join(hints), "Call<'_, u64")


@case
def no_error_in_a_right_actor(editor):
    """nothing is underlined"""
    editor.open(counter(main='let total = counter.add(1).await; counter.get("a").cast().await; _ = total;'))
    found = editor.errors()
    assert not found, found


@case
def error_at_the_type(editor):
    """a mistake is underlined from where it begins"""
    editor.open(counter(handler="pub fn peek(&self) -> &u64 { &self.total }"))
    found = editor.errors()
    has([where for where, _ in found], "&")
    has([text for _, text in found][0], "handler `peek` returns a reference")


@case
def one_error_for_each_mistake(editor):
    """two mistakes are underlined"""
    editor.open(counter(handler="pub fn a(&self, x: &u64) {} pub fn b<T>(&self, t: T) {}", main="counter.a(1);"))
    found = [where for where, _ in editor.errors()]
    assert sorted(found) == ["&", "T"], found


@case
def error_of_a_wrong_argument(editor):
    """is at the argument"""
    editor.open(counter(main='counter.add("one").await;'))
    found = [where for where, _ in editor.errors()]
    assert found == ['"one"'], found


@case
def actor_in_a_function(editor):
    """completes as well"""
    code = """
    struct Inner;
    #[actor] impl Inner { pub fn nothing(&self) {} }
    let inner = spawn(Inner);
    inner.$0
    """
    editor.open(counter(main=code))
    has(editor.completions(), "nothing", "shutdown")


@case
def event_sources(editor):
    """complete fields in the expression and in the body"""
    code = "#[on(std::future::ready(self.total))] fn event(&mut self, _: u64) { self.$0 }"
    editor.open(counter(handler=code))
    has(editor.completions(), "total", of="body")
    code = "#[on(std::future::ready(self.t$0))] fn event(&mut self, _: u64) {}"
    editor.open(counter(handler=code))
    has(editor.completions(), "total", of="expression")


@case
def branches_of_select(editor):
    """complete the handlers and the answer"""
    editor.open(counter(main="actor_runtime::select! { total = counter.a$0 => {} }"))
    has(editor.completions(), "add", "get", of="future")
    editor.open(counter(main='actor_runtime::select! { total = counter.get("a") => { total.i$0 } }'))
    has(editor.completions(), "is_ok", of="body")


@case
def bodies_of_cancel_safe_functions(editor):
    """complete after a dot"""
    for code in [
        "#[cancel_safe(idempotent)] pub async fn next(&mut self) -> Option<u64> { self.$0 }",
        "#[cancel_safe(idempotent)] pub fn next(&mut self) -> Option<u64> { let x = self.$0; None }",
        "} impl Counter { #[actor_runtime::cancel_safe] pub async fn next(&mut self) -> Option<u64> { self.$0 }",
        "} impl Counter { #[actor_runtime::cancel_safe] pub async fn next(&mut self) { self.$0; }",
    ]:
        editor.open(counter(handler=code))
        has(editor.completions(), "total", of=code)


@case
def options_of_an_actor(editor):
    """complete fields"""
    source = "#[on(std::future::pending())] fn event(&mut self, _: ()) {}"
    text = counter(handler=source).replace("#[actor]", "#[actor(messages_if = self.t$0)]")
    editor.open(text)
    has(editor.completions(), "total")
