//! The generated code, pretty-printed, without the user's own impl.
//!
//! After a change, run `INSTA_UPDATE=always cargo test -p actor-macros`, and read the diff.

use super::{expand, passed_on};

/// Compares all that is generated with the snapshot `name`.
fn check(name: &str, args: &str, item: &str) {
    check_items(name, args, item, |_| true);
}

/// Compares the generated items that `is_shown` picks by their source.
fn check_items(name: &str, args: &str, item: &str, is_shown: impl Fn(&str) -> bool) {
    let generated = generated(args, item).into_iter().map(printed);
    let shown: Vec<String> = generated.filter(|item| is_shown(item)).collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(name, shown.join("\n")));
}

/// What is generated.
fn generated(args: &str, item: &str) -> Vec<syn::Item> {
    let passed = passed_on(expand(args, item)).expect("the items are passed on");
    syn::parse2::<syn::File>(passed).expect("the generated items parse").items
}

fn printed(item: syn::Item) -> String {
    prettyplease::unparse(&syn::File {
        shebang: None,
        frontmatter: None,
        attrs: Vec::new(),
        items: vec![item],
    })
}

#[test]
fn two_plain_handlers() {
    check(
        "two_plain_handlers",
        "",
        "impl Counter {
            /// Adds `amount` and returns the new total.
            pub fn add(&mut self, amount: u64) -> u64 { self.total += amount; self.total }

            /// The total.
            pub fn total(&self) -> u64 { self.total }
        }",
    );
}

#[test]
fn borrowed_arguments() {
    check_items(
        "borrowed_arguments",
        "",
        "impl Files {
            /// Writes `bytes` to `path`.
            pub async fn write(&mut self, path: &Path, bytes: &[u8], name: &'static str) -> io::Result<()> {}
        }",
        |item| item.contains("Write"),
    );
}

#[test]
fn final_handlers() {
    check_items(
        "final_handlers",
        "",
        "impl Counter {
            pub(crate) fn get(&self) -> u64 {}
            pub(crate) fn finish(self) -> u64 {}
            pub(crate) async fn close(mut self, context: &Context<Self>) {}
        }",
        |item| {
            item.contains("Actor for") || item.contains("Drive for") || item.contains("Message for")
        },
    );
}

#[test]
fn replies_and_contexts() {
    check_items(
        "replies_and_contexts",
        "",
        "impl Directory {
            #[handler(run_abandoned)]
            pub(crate) fn find(&mut self, name: String, context: &Context<Self>, answer: Reply<Option<u64>>) {}
            pub(crate) async fn all(&mut self, reply: u64, names: Replies<String>) {}
        }",
        |item| !item.contains("Clone for") && !item.contains("Debug for"),
    );
}

#[test]
fn hooks() {
    check_items(
        "hooks",
        "mailbox = unbounded",
        "impl Log {
            pub(crate) fn write(&mut self, line: String) {}
            #[on_start]
            async fn open(&mut self, context: &Context<Self>) -> Result<(), io::Error> {}
            #[on_idle]
            #[on_stop]
            fn flush(&mut self) {}
            #[on_release]
            fn unlock(&mut self) {}
        }",
        |item| item.contains("Actor for") || item.contains("Drive for"),
    );
}

#[test]
fn infallible_start() {
    check_items(
        "infallible_start",
        "",
        "impl Log {
            pub(crate) fn write(&mut self, line: String) {}
            #[cfg(unix)]
            #[on_start]
            fn open(&mut self) {}
        }",
        |item| item.contains("Actor for") || item.contains("Drive for"),
    );
}

#[test]
fn generics() {
    check(
        "generics",
        "mailbox = N",
        "impl<S: Storage, V, const N: usize> Store<S, V, N> where V: Clone {
            pub(crate) fn put(&mut self, value: V) -> Option<V> {}
            pub(crate) fn swap(&mut self, values: [V; N]) -> [V; N] {}
        }",
    );
}

#[test]
fn bounds_that_messages_need() {
    check_items(
        "bounds_that_messages_need",
        "",
        "impl<I: Iterator + Extend<E>, E> Pull<I, E> where I::Item: Send, E: Error {
            pub(crate) fn next(&mut self) -> Option<I::Item> {}
        }",
        |item| item.contains("enum") || item.contains("struct"),
    );
}

#[test]
fn own_type() {
    check_items(
        "own_type",
        "",
        "impl Ring<u8> {
            pub(crate) fn swap(&mut self, other: Self, size: [u8; Self::SIZE]) -> Vec<Self> {}
        }",
        |item| item.contains("enum"),
    );
}

#[test]
fn conditions() {
    check_items(
        "conditions",
        "",
        "#[cfg(unix)]
        impl Radio {
            #[cfg(feature = \"tune\")]
            pub(crate) fn tune(&mut self, channel: Channel) {}
            pub(crate) fn play(&mut self, #[cfg(feature = \"volume\")] volume: u8, title: &str) {}
        }",
        |item| !item.contains("Clone for") && !item.contains("Debug for"),
    );
}

#[test]
fn attributes() {
    check_items(
        "attributes",
        "",
        "impl Old {
            #[deprecated = \"call `new`\"]
            #[must_use = \"it is all there is\"]
            #[expect(clippy::too_many_arguments, reason = \"they are needed\")]
            #[tracing::instrument]
            pub fn old(&self) -> u8 {}
            #[doc(hidden)]
            pub fn hidden(&self) {}
        }",
        |item| {
            item.contains("enum")
                || item.contains("impl OldHandle")
                || item.contains("Actor for")
                || item.contains("Drive for")
        },
    );
}

#[test]
fn checks_of_types() {
    check_items(
        "checks_of_types",
        "crate = crate::runtime",
        "impl Sender {
            pub fn send(&mut self, frame: Frame, label: Option<Rc<str>>) -> Result<Receipt, String> {}
        }",
        |item| item.contains("Spawn"),
    );
}

#[test]
fn local_actors_with_names() {
    check(
        "local_actors_with_names",
        "local, handle = Ui, message = UiEvent",
        "impl Window { pub(super) fn draw(&mut self, scene: Rc<Scene>) {} }",
    );
}

#[test]
fn arguments_with_names_of_ours() {
    check_items(
        "arguments_with_names_of_ours",
        "",
        "impl Names {
            pub(crate) fn one(&mut self, reply: u8, context: &Context<Self>, reply_2: u8) {}
            pub(crate) fn two(&mut self, context: u8, ctx: &Context<Self>, _type: u8, _: u8, (a, b): (u8, u8)) {}
            pub(crate) fn r#match(&self, r#fn: u8, _x: u8, x: u8, message: &str) {}
        }",
        |item| item.contains("enum") || item.contains("Actor for") || item.contains("Drive for") || item.contains("impl NamesHandle"),
    );
}

#[test]
fn sources_of_events() {
    check_items(
        "sources_of_events",
        "first = mailbox, messages_if = self.window > 0",
        "impl Connection {
            pub(crate) fn publish(&mut self, text: String) {}

            #[on(self.socket.read_frame())]
            async fn frame(&mut self, frame: io::Result<Frame>) {}

            #[on(self.ticks.tick(), if self.is_open)]
            #[cfg(feature = \"ticks\")]
            fn tick(&self, context: &Context<Self>, _: Instant) {}
        }",
        |item| item.contains("Actor for") || item.contains("Drive for"),
    );
}

#[test]
fn marked_handlers() {
    let file: syn::File = syn::parse2(expand("", MARKED)).expect("the expansion parses");
    let user = file.items.into_iter().next().map(printed).unwrap_or_default();
    assert!(
        user.contains("impl ::actor_runtime::cancel_safe::CancelSafe<Output = Option<T>>"),
        "{user}"
    );
    assert!(!user.contains("#[cancel_safe"), "{user}");
    assert!(user.contains("::actor_runtime::select!"), "{user}");
    check_items("marked_handlers", "", MARKED, |item| {
        item.contains("Undelivered") || item.contains("impl<T> StackHandle<T>")
    });
}

/// A handler for each thing that can be said of an answer.
const MARKED: &str = "impl<T> Stack<T> {
    /// How many there are.
    #[cancel_safe]
    pub async fn len(&self) -> usize { self.0.len() }

    /// Takes the top.
    #[cancel_safe(undelivered = put_back)]
    pub async fn pop(&mut self) -> Option<T> { self.0.pop() }

    /// Takes the top, or what comes next.
    #[cancel_safe(undelivered = put_back)]
    pub fn pop_later(&mut self, reply: Reply<Option<T>>) { self.1.push(reply) }

    /// Empties it.
    #[cancel_safe(idempotent)]
    pub fn clear(&mut self) { self.0.clear() }

    fn put_back(&mut self, element: Option<T>) { self.0.extend(element) }

    async fn wait(&mut self) { tokio::select! { _ = self.2.recv() => {} } }
}";

#[test]
fn remote() {
    check_items(
        "remote",
        "remote",
        "impl Store {
            /// Adds.
            pub fn add(&mut self, amount: u64) -> u64 { amount }

            /// Saves.
            #[cancel_safe(idempotent)]
            pub async fn save(&mut self, path: &Path, bytes: &[u8]) {}

            /// Takes one.
            #[cancel_safe(undelivered = put_back)]
            pub fn take(&mut self) -> Option<u64> { None }

            fn put_back(&mut self, taken: Option<u64>) {}

            /// Watches.
            pub async fn watch(&self, from: u64, changes: Replies<u64>) {}

            /// Takes what cannot be sent.
            #[handler(local)]
            pub fn attach(&mut self, socket: TcpStream) {}
        }",
        |item| item.contains("StoreRemote"),
    );
}

#[test]
fn mistakes() {
    check_items(
        "mistakes",
        "",
        "impl Counter {
            pub(crate) fn get(&self) -> u64 {}
            pub(crate) fn wrong(&self) -> &str {}
        }",
        |item| item.contains("enum") || item.contains("impl Counter"),
    );
}

/// Decision 0025 has the number, which counts the lines of rustc's attributes and `cargo expand`'s layout too.
#[test]
fn two_plain_handlers_are_short() {
    let item = "impl Counter {
        /// Adds `amount` and returns the new total.
        pub fn add(&mut self, amount: u64) -> u64 { self.total += amount; self.total }

        /// The total.
        pub fn total(&self) -> u64 { self.total }
    }";
    let items = generated("", item).into_iter();
    let lines: usize = 1 + items.map(|item| printed(item).lines().count()).sum::<usize>();
    assert!(lines <= 120, "two plain handlers expand to {lines} lines");
}
