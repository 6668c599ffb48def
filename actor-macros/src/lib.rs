//! The macros of `actor-runtime`, which re-exports them: depend on that crate instead.
//!
//! This file has the entry points and nothing else. It is the only one that names `proc_macro`; what
//! is below it takes and gives `proc_macro2` tokens, and is tested like any other code.

mod actor;
mod cancel_safe;
mod checked_select;
mod diagnostics;
mod names;
mod options;
mod select;
mod syntax;

use proc_macro::TokenStream;

/// Makes an actor of a type, from the impl block with its methods.
///
/// The block stays as it is. Beside it are written, for a type `Counter`:
///
/// - `CounterMessage`, an enum with a variant for each handler;
/// - the dispatch from message to method;
/// - `CounterHandle`, which can be cloned, and has a method for each handler with the same name,
///   arguments and documentation. It gives a call: await it for the answer, or send it another way.
///
/// ```text
/// pub struct Counter { total: u64 }
///
/// #[actor(mailbox = 128)]
/// impl Counter {
///     /// No receiver: a constructor, which is left alone.
///     pub fn new() -> Self { Self { total: 0 } }
///
///     /// Adds `amount` and returns the new total.
///     pub fn add(&mut self, amount: u64) -> u64 { self.total += amount; self.total }
///
///     /// Writes the total down.
///     pub async fn save(&mut self, path: &Path) -> io::Result<()> { .. }
///
///     /// Takes `self`: the last message.
///     pub fn finish(self) -> u64 { self.total }
///
///     /// Not `pub`: a helper.
///     fn reset(&mut self) { self.total = 0; }
/// }
///
/// let counter: CounterHandle = spawn(Counter::new());
/// assert_eq!(counter.add(2).await?, 2);
/// counter.save("total.txt").await??;
/// assert_eq!(counter.finish().await?, 2);
/// ```
///
/// # What becomes a handler
///
/// | in the block | becomes |
/// |---|---|
/// | a method with `&self` or `&mut self` that is `pub`, or `pub(crate)` and the like | a handler. The handle's method is as public |
/// | such a method with `self` | a handler that ends the actor: what is still queued is refused |
/// | a method that is not `pub`, a function without `self`, a constant | nothing: it is left alone |
///
/// The handle and the message are as public as the most public handler. So a `pub` type needs a
/// `pub` handler, or has to be `pub(crate)` itself.
///
/// # Arguments and answers
///
/// A message owns what it carries. These borrows travel as their owned twins and are lent to the
/// handler, and the handle takes anything that converts:
///
/// | the handler takes | the message has | the handle takes |
/// |---|---|---|
/// | `&str` | `String` | `impl Into<String>` |
/// | `&[T]` | `Vec<T>` | `impl Into<Vec<T>>` |
/// | `&Path`, `&OsStr`, `&CStr` | `PathBuf`, `OsString`, `CString` | `impl Into` of it |
/// | `&'static T`, and all that owns | the same | the same |
///
/// Other borrows are refused, with a hint what to take instead. Some parameters do not travel:
///
/// | the handler takes | it is |
/// |---|---|
/// | `Reply<T>` | the right to answer later. The handler returns nothing, and its call gives a `T` |
/// | `Replies<T>` | the sending half of a stream. Its call gives a `Stream` of `T` |
/// | `&Context<Self>` | what the actor may know of itself |
///
/// All else has to be `Send`, unless the actor is `local`; what is not is reported where it is
/// written.
///
/// # Options
///
/// | `#[actor(..)]` | |
/// |---|---|
/// | `mailbox = 128` | how many messages may wait; any constant, `Self::LIMIT` too. `64` if nothing is said |
/// | `mailbox = unbounded` | as many as there is memory for |
/// | `handle = Name`, `message = Name` | other names for the generated types |
/// | `first = mailbox`, `first = sources` | what comes first where there are messages and events; without it they take turns |
/// | `messages_if = self.is_ready` | messages stay in the mailbox while this is false |
/// | `local` | the actor stays on its thread, and nothing in it has to be `Send` |
/// | `inline = false` | every handler runs in the actor's own task: see *Which thread* |
/// | `crate = path` | where the runtime is, if not at `::actor_runtime` |
///
/// # Markers on methods
///
/// | marker | the method |
/// |---|---|
/// | `#[on_start]` | runs before the first message. It may return `Result<(), E>`, and then the start may fail |
/// | `#[on_stop]` | runs after the last message |
/// | `#[on_idle]` | runs whenever the mailbox has just run empty, before a lease begins, and after 128 messages at the latest |
/// | `#[on_release]` | runs when a lease has ended, before anything else is handled |
/// | `#[handler(run_abandoned)]` | is a handler, and runs even if its caller has gone before it started |
/// | `#[handler(queued)]` | is a `fn`, and runs in the actor's own task all the same: see *Which thread* |
/// | `#[cancel_safe]`, `#[cancel_safe(..)]` | is a handler whose calls may be dropped: see [`macro@cancel_safe`] |
/// | `#[on(EXPR)]`, `#[on(EXPR, if GUARD)]` | handles the events of a source, for which the actor waits beside its mailbox |
///
/// A hook takes `&self` or `&mut self`, may take `&Context<Self>`, and is never a handler. One method
/// may have several of these markers; each marker is on one method.
///
/// # Sources of events
///
/// ```text
/// #[actor]
/// impl Connection {
///     /// Sends a frame.
///     pub async fn publish(&mut self, frame: Frame) -> io::Result<()> { .. }
///
///     #[on(self.socket.read_frame())]
///     async fn frame(&mut self, frame: io::Result<Option<Frame>>) { .. }
///
///     #[on(self.ticks.tick(), if self.is_idle)]
///     fn tick(&mut self, _: Instant, context: &Context<Self>) { .. }
/// }
/// ```
///
/// `EXPR` makes a future from the fields of `self`. It is a branch of a checked `select!` beside the
/// mailbox, so it has to be cancel safe; the compiler checks it. The method takes what it gives, or the
/// `T` of the `Option<T>` that it gives, and perhaps `&Context<Self>`. It is not `pub`, and returns
/// nothing. On any number of methods; one method handles the events of one source.
///
/// # Which thread
///
/// An `async fn` handler runs in the actor's own task, or on its own thread. So does a `fn` handler,
/// unless the actor is idle when it is called: then it runs on the thread of its caller, within the
/// poll of the call: no task is switched and nothing allocated. Order, panics and the end are the same either way,
/// and the actor's runtime is the current one, but what belongs to the thread or the task is the
/// caller's: thread-locals, task-locals, `tokio::task::id()`. And a handler that takes long takes
/// the time of its caller, which no `timeout` and no `select!` around the call can cut short.
///
/// Where that is wrong, say `#[handler(queued)]` of the handler, or `#[actor(inline = false)]` of all.
/// It needs no saying of an actor that is `local`, has `#[on_idle]` or sources, or was started by `spawn_thread`,
/// `spawn_local` or `pair`; of a handler that takes `self`, `Reply` or `Replies`; and of `cast`,
/// `sent` and `try_call`.
///
/// # Attributes
///
/// Documentation, `#[cfg]`, `#[deprecated]`, `#[must_use]` and lint levels go with a handler to what
/// is generated for it. A `#[cfg]` may be on an argument, too.
///
/// # Generics
///
/// The message and the handle have those parameters of the impl that messages mention. So
/// `impl<S: Storage> Server<S>`, whose messages know nothing of `S`, has a plain `ServerHandle`.
///
/// # Errors
///
/// What cannot be a message is refused: generic handlers, `impl Trait`, borrowed answers, `unsafe`
/// and `extern` handlers, two handlers whose names differ only in underscores and capitals. All
/// mistakes are reported at once, each with what to write instead:
///
/// ```text
/// error: handler `find` answers with a borrow, but its caller gets the answer when the borrow has ended
///        help: answer with `String`
///  --> src/directory.rs:14:42
///    |
/// 14 |     pub fn find(&self, number: u64) -> &str {
///    |                                        ^^^^
/// ```
///
/// The handlers that are right are generated all the same, so that the code that uses them keeps its
/// types while one is being written.
#[proc_macro_attribute]
pub fn actor(args: TokenStream, item: TokenStream) -> TokenStream {
    actor::expand(args.into(), item.into()).into()
}

/// What `actor_runtime::select!` hands its branches to, after its own path.
#[doc(hidden)]
#[proc_macro]
pub fn __select(tokens: TokenStream) -> TokenStream {
    select::expand(tokens.into()).into()
}

/// Turns the plain `select!`s of a scope into checked ones.
///
/// On a function, an `impl`, a trait or a `mod name { .. }`, every `select!` and `tokio::select!` in it
/// becomes `actor_runtime::select!`: those in nested functions, closures and handlers too. It is for
/// code that is to be checked before anybody touches it; in new code, write the checked one.
///
/// It sees tokens, so it does not find a `select!` that was imported under another name, one that
/// another macro makes or has among its arguments, and one in a `mod name;` in another file. The
/// lints in `docs/clippy.toml` find those.
///
/// `#[checked_select(crate = path)]` names the runtime where it is not `::actor_runtime`.
///
/// # Examples
///
/// ```
/// # mod actor_runtime { pub use actor_macros::checked_select; }
/// use actor_runtime::checked_select;
///
/// #[checked_select]
/// mod legacy {
///     pub fn nothing_to_check_here() {}
/// }
/// ```
#[proc_macro_attribute]
pub fn checked_select(args: TokenStream, item: TokenStream) -> TokenStream {
    checked_select::expand(args.into(), item.into()).into()
}

/// Marks an `async fn` that may be dropped at any `.await` and called again, and checks that it may.
///
/// `async fn next(&mut self) -> T` becomes `fn next(&mut self) -> impl CancelSafe<Output = T>`, which is
/// what `select!` of this crate accepts. Its body may hold nothing across an `.await` that a call made
/// anew would miss, and everything it awaits has to be cancel safe itself. It goes on any function:
/// free, inherent, in an `impl` of a trait; the trait declares it as
/// `fn next(&mut self) -> impl CancelSafe<Output = T> + Send;`.
///
/// ```text
/// #[cancel_safe]
/// async fn read_frame(&mut self) -> io::Result<Frame> {
///     loop {
///         if let Some(frame) = self.parse_frame()? { return Ok(frame); }
///         self.stream.read_buf(&mut self.buffer).await?;
///     }
/// }
/// ```
///
/// # Options
///
/// - `trusted = "why"` leaves out the check of the body. Somebody reads the reason one day.
/// - `crate = path` names the runtime, if `actor_runtime` has another name.
/// - `undelivered = method` and `idempotent` are for the handlers of an `#[actor]`.
///
/// # Handlers of an actor
///
/// On a handler, `fn` or `async fn`, it says that a call of it may be dropped at any time and made
/// again. An `async fn` that runs for a caller who has gone is dropped, so its body is checked; and what
/// becomes of an answer that nobody reads is said:
///
/// ```text
/// #[actor]
/// impl Queue {
///     #[cancel_safe]
///     pub fn len(&self) -> usize { .. }                   // `&self`: it is dropped
///
///     #[cancel_safe(undelivered = put_back)]
///     pub fn pop(&mut self) -> Option<u32> { .. }         // it comes back: `self.put_back(answer)`
///
///     #[cancel_safe(idempotent)]
///     pub fn clear(&mut self) { .. }                      // it is dropped: twice is harmless
///
///     fn put_back(&mut self, element: Option<u32>) { .. }
/// }
/// ```
///
/// `docs/cancel-safety.md` has the whole story.
#[proc_macro_attribute]
pub fn cancel_safe(args: TokenStream, item: TokenStream) -> TokenStream {
    cancel_safe::expand(args.into(), item.into()).into()
}
