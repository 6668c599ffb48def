//! The macros of `actor-runtime`, which re-exports them: depend on that crate instead.
//!
//! This file contains the entry points and nothing else. It is the only one that names `proc_macro`; all
//! other code works on `proc_macro2` tokens, so that it runs in ordinary tests.

mod actor;
mod cancel_safe;
mod cancel_safe_methods;
mod checked_select;
mod diagnostics;
mod names;
mod options;
mod select;
mod syntax;

use proc_macro::TokenStream;

/// Turns a type into an actor, from the impl block with its methods.
///
/// The block stays as it is. For a type `Counter`, the macro adds:
///
/// - `CounterMessage`, an enum with a variant for each handler;
/// - the dispatch from messages to methods;
/// - `CounterHandle`, a cloneable handle with a method for each handler, of the same name, arguments and
///   documentation. Each method returns a call: await it for the reply, or send it another way.
///
/// ```text
/// pub struct Counter { total: u64 }
///
/// #[actor(mailbox = 128)]
/// impl Counter {
///     /// No receiver: a constructor, which stays as it is.
///     pub fn new() -> Self { Self { total: 0 } }
///
///     /// Adds `amount` and returns the new total.
///     pub fn add(&mut self, amount: u64) -> u64 { self.total += amount; self.total }
///
///     /// Saves the total.
///     pub async fn save(&mut self, path: &Path) -> io::Result<()> { .. }
///
///     /// Takes `self`: ends the actor.
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
/// # Handlers
///
/// | item | meaning |
/// |---|---|
/// | a method with `&self` or `&mut self` that is `pub`, `pub(crate)` or the like | a handler. The method of the handle has the same visibility |
/// | such a method with `self` | a handler that ends the actor. Messages that are still queued are refused |
/// | a private method, a function without `self`, a constant | not a handler |
///
/// A type has one `#[actor]` block, which has all of its handlers. Its other `impl` blocks have none. Methods that a macro
/// writes inside of the block are not seen, and are no handlers: have the macro write the whole block.
///
/// The handle and the message are as public as the most public handler. So a `pub` type needs a
/// `pub` handler, or has to be `pub(crate)` itself.
///
/// # Arguments and replies
///
/// A message owns what it carries. For some borrowed arguments it carries the owned type, which is then
/// lent to the handler; the handle accepts anything that converts into it:
///
/// | the handler takes | the message carries | the handle takes |
/// |---|---|---|
/// | `&str` | `String` | `impl Into<String>` |
/// | `&[T]` | `Vec<T>` | `impl Into<Vec<T>>` |
/// | `&Path`, `&OsStr`, `&CStr` | `PathBuf`, `OsString`, `CString` | `impl Into` of it |
/// | `&'static T`, and every owned type | the same | the same |
///
/// Other borrows are compile errors that say what to take instead. Some parameters are not part of the
/// message:
///
/// | the handler takes | meaning |
/// |---|---|
/// | `Reply<T>` | replies later. The handler returns nothing, and its call returns a `T` |
/// | `Replies<T>` | the sending half of a stream. The call is a `Stream` of `T` |
/// | `&Context<Self>` | the actor's own handle, its children, and the means to stop it |
///
/// Everything else has to be `Send`, unless the actor is `local`. A type that is not is reported where it
/// is written.
///
/// # Options
///
/// | option | meaning |
/// |---|---|
/// | `mailbox = 128` | the capacity of the mailbox: any constant, also `Self::LIMIT`. The default is `64` |
/// | `mailbox = unbounded` | a mailbox without a limit |
/// | `handle = Name`, `message = Name` | the names of the generated types |
/// | `first = mailbox`, `first = sources` | whether messages or events are handled first. By default they take turns |
/// | `messages_if = self.is_ready` | messages stay in the mailbox while this is false |
/// | `busy_if = !self.pending.is_empty()` | while this is true, an actor whose mailbox is closed goes on with its sources |
/// | `keep_alive` | the actor does not end when its last handle is dropped |
/// | `local` | the actor stays on its thread, and nothing in it has to be `Send` |
/// | `inline = false` | every handler runs in the actor's own task: see [Threads](#threads) |
/// | `remote` | also writes a handle for other processes, with the crate `actor-remote`: see [Other processes](#other-processes) |
/// | `remote = path` | the same, with the path of `actor-remote`, if it is not `::actor_remote` |
/// | `crate = path` | the path of the runtime, if it is not `::actor_runtime` |
///
/// # Markers on methods
///
/// | marker | meaning |
/// |---|---|
/// | `#[on_start]` | a hook that runs before the first message. It may return `Result<(), E>`; an error keeps the actor from starting |
/// | `#[on_stop]` | a hook that runs after the last message |
/// | `#[on_idle]` | a hook that runs when the mailbox has just become empty, before a lease begins, and after 128 messages at the latest |
/// | `#[on_release]` | a hook that runs after a lease has ended, before anything else is handled |
/// | `#[handler(run_abandoned)]` | a handler that runs even if its caller is gone before it starts |
/// | `#[handler(always)]` | a handler whose messages `messages_if` does not hold back |
/// | `#[handler(queued)]` | a `fn` handler that always runs in the actor's own task: see [Threads](#threads) |
/// | `#[handler(local)]` | a handler that other processes cannot call: see [Other processes](#other-processes) |
/// | `#[handler(remote)]` | a handler that takes `self`, and that other processes can call |
/// | `#[cancel_safe]`, `#[cancel_safe(..)]` | a handler whose calls may be dropped: see [`macro@cancel_safe`] |
/// | `#[on(EXPR)]`, `#[on(EXPR, if GUARD)]` | handles the events of a source, for which the actor waits beside its mailbox |
///
/// A hook takes `&self` or `&mut self`, optionally `&Context<Self>`, and is never a handler. A method may
/// be several hooks; each hook is one method.
///
/// # Other processes
///
/// `#[actor(remote)]` also generates `CounterRemote`, a handle with the same methods for other processes, and what serves
/// an actor to them. It needs the crate `actor-remote`, and one that carries calls, such as `actor-nats`:
///
/// ```text
/// // in one process
/// link.serve("counters.eu", &counter, &scope).await?;
///
/// // in others
/// let counter: CounterRemote = link.find("counters.eu");
/// counter.add(2).await?;
/// ```
///
/// Arguments and answers have to implement serde's `Serialize` and `Deserialize`. A handler with others is marked
/// `#[handler(local)]`. A handler that takes `self` is local, unless it is marked `#[handler(remote)]`: not everybody
/// should end the actor. The actor has no type parameters that its messages mention, and a handler at most 12 arguments.
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
/// `EXPR` is an expression over the fields of `self` that yields a future. It becomes a branch of a
/// checked `select!` beside the mailbox, so the future has to be cancel safe; the compiler checks that. The
/// method takes the future's output, or the `T` of an output `Option<T>`, and optionally `&Context<Self>`.
/// It is private and returns nothing. Any number of methods may have `#[on(..)]`, each for one source.
///
/// # Threads
///
/// An `async fn` handler runs in the actor's own task, or on its own thread. So does a `fn` handler,
/// unless the actor is idle when a task of its own runtime calls it: then the handler runs in that task,
/// within the poll of the call, without a task switch or an allocation. Order, panics, the current runtime
/// and the end of the actor are the same either way. But thread-locals, task-locals, `tokio::task::id()` and
/// the stack are those of the caller, and a handler that runs for long blocks its caller, which no `timeout`
/// or `select!` around the call can interrupt.
///
/// To prevent that, mark the handler `#[handler(queued)]`, or the actor `#[actor(inline = false)]`. It
/// never happens for actors that are `local`, have `#[on_idle]` or sources, or were started by
/// `spawn_thread`, `spawn_local` or `pair`; for handlers that take `self`, `Reply` or `Replies`; and with
/// `cast`, `sent` and `try_call`.
///
/// # Attributes
///
/// Documentation, `#[cfg]`, `#[deprecated]`, `#[must_use]` and lint levels of a handler are copied to
/// what is generated for it. Arguments may have `#[cfg]`s, too.
///
/// # Generics
///
/// The message and the handle have only those parameters of the impl that messages mention. For example,
/// `impl<S: Storage> Server<S>`, whose messages do not mention `S`, has a plain `ServerHandle`.
///
/// # Errors
///
/// Handlers that cannot be messages are compile errors: generic ones, those with `impl Trait` or borrowed
/// replies, `unsafe` and `extern` ones, and two whose names differ only in underscores and capitals. All
/// mistakes are reported at once, each with a fix:
///
/// ```text
/// error: handler `find` returns a reference, but the reply outlives `self`
///        help: return `String`
///  --> src/directory.rs:14:42
///    |
/// 14 |     pub fn find(&self, number: u64) -> &str {
///    |                                        ^^^^
/// ```
///
/// The correct handlers are generated all the same, so that code which uses them keeps its types while
/// another one is being written.
#[proc_macro_attribute]
pub fn actor(args: TokenStream, item: TokenStream) -> TokenStream {
    actor::expand(args.into(), item.into()).into()
}

/// The implementation of `actor_runtime::select!`, which passes its own path before the branches.
#[doc(hidden)]
#[proc_macro]
pub fn __select(tokens: TokenStream) -> TokenStream {
    select::expand(tokens.into()).into()
}

/// The implementation of `actor_runtime::cancel_safe_methods!`, which passes its own path first.
#[doc(hidden)]
#[proc_macro]
pub fn __cancel_safe_methods(tokens: TokenStream) -> TokenStream {
    cancel_safe_methods::expand(tokens.into()).into()
}

/// Replaces every plain `select!` in a scope with the checked one.
///
/// On a function, an `impl`, a trait or a `mod name { .. }`, every `select!` and `tokio::select!` in it
/// becomes `actor_runtime::select!`, also in nested functions, closures and handlers. This checks existing
/// code without changing it; in new code, write the checked macro.
///
/// The attribute only sees tokens. It does not find a `select!` that was imported under another name, one
/// in the expansion or the arguments of another macro, or one in a `mod name;` in another file. The lints
/// in `docs/clippy.toml` find those.
///
/// `#[checked_select(crate = path)]` is for a runtime that is not at `::actor_runtime`.
///
/// # Locals of a loop
///
/// The attribute sees where a local is made, which `select!` alone cannot. A branch may lend a pinned future
/// by `&mut` because the future outlives the `select!`. If the loop around the `select!` makes it again in
/// each turn, it does not: when another branch wins, the next turn drops it with what it has done. So in a
/// loop, these are refused unless they are cancel safe themselves, or references or handles:
///
/// - a future that is pinned in the loop, `let mut future = pin!(transfer())`, also with `Box::pin` and
///   `tokio::pin!`;
/// - a local of the loop that a branch waits on: a task, a `JoinSet`, a stream, a channel for one request,
///   the `Answer` of a call.
///
/// Make it before the loop. A local that is meant to end with the turn is accepted if each of the other
/// branches leaves the loop or names the local, as `drop(task)` does, or if the code behind the `select!` does.
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

/// Marks an `async fn` that may be dropped at any `.await` and called again, and checks its body.
///
/// `async fn next(&mut self) -> T` becomes `fn next(&mut self) -> impl CancelSafe<Output = T>`, which
/// `select!` of this crate accepts. A body is refused if it holds something across an `.await` that a
/// repeated call would miss, changes something before it, or awaits what is not known to be cancel safe. What
/// other functions do behind shared references is not seen: `docs/cancel-safety-limits.md` lists the limits, and
/// `cancel_safe::drop_everywhere` tests a function by dropping it. The attribute goes on any function:
/// a free or inherent one, or one in an `impl` of a trait, which declares it as
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
/// - `trusted = "why"` skips the check of the body. The reason is for readers of the code.
/// - `crate = path` is the path of the runtime, if it is not `::actor_runtime`.
/// - `undelivered = method` and `idempotent` are for the handlers of an `#[actor]`.
///
/// # Handlers of an actor
///
/// On a handler, `fn` or `async fn`, it states that a call may be dropped at any time and repeated. An
/// `async fn` handler is dropped when its caller is gone, so its body is checked. The options say what
/// happens to a reply that is never read:
///
/// ```text
/// #[actor]
/// impl Queue {
///     #[cancel_safe]
///     pub fn len(&self) -> usize { .. }                   // `&self`: the reply is dropped
///
///     #[cancel_safe(undelivered = put_back)]
///     pub fn pop(&mut self) -> Option<u32> { .. }         // taken back: `self.put_back(reply)`
///
///     #[cancel_safe(idempotent)]
///     pub fn clear(&mut self) { .. }                      // dropped: repeating it is harmless
///
///     fn put_back(&mut self, element: Option<u32>) { .. }
/// }
/// ```
///
/// See `docs/cancel-safety.md` for the complete guide.
#[proc_macro_attribute]
pub fn cancel_safe(args: TokenStream, item: TokenStream) -> TokenStream {
    cancel_safe::expand(args.into(), item.into()).into()
}
