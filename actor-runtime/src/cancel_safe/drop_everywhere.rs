//! For tests: what no look at the source can see.

use std::{fmt::Debug, future::poll_fn, pin::pin, task::Poll, time::Duration};

/// How long a run that was dropped may wait before it is said to hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// Drops a run at each place where it waits, runs it again, and compares.
///
/// The first run goes to its end without being dropped. Then, for its first wait, its second and so
/// on, a fresh run over a fresh state is dropped there and started again on the same state. `observe`
/// says what has to be the same as after the first run: what the run gave, what is left in the state,
/// what a fake on the other side has seen. Gives the number of places where it was dropped; compare
/// it to what you expect, because a run that never waits passes.
///
/// It finds what a check of the body cannot: an effect before a wait that runs twice, and a source
/// that says it is cancel safe and is not.
///
/// `setup` has to make the same state each time. What the run waits for has to come by itself: put it
/// into the channels before, or use `tokio::task::yield_now` or time as the wait.
///
/// # Panics
///
/// If `observe` gives something else after a run that was dropped, or if that run has not come to its
/// end after 60 seconds of tokio's time: what it waits for was lost with the first. With
/// `start_paused = true` these pass at once. Also outside of a tokio runtime with its timer enabled.
///
/// # Examples
///
/// ```
/// use actor_runtime::cancel_safe::drop_everywhere;
///
/// struct Connection { pieces: Vec<&'static str>, buffer: String }
///
/// impl Connection {
///     /// Waits once, and what comes of it is the caller's.
///     async fn piece(&mut self) -> &'static str {
///         tokio::task::yield_now().await;
///         self.pieces.remove(0)
///     }
/// }
///
/// async fn line(connection: &mut Connection) -> String {
///     while !connection.buffer.ends_with('\n') {
///         let piece = connection.piece().await;
///         connection.buffer.push_str(piece);
///     }
///     std::mem::take(&mut connection.buffer)
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let setup = || Connection { pieces: vec!["he", "llo\n"], buffer: String::new() };
/// let places = drop_everywhere(setup, line, |_, line: &String| line.clone()).await;
/// assert_eq!(places, 2);
/// # }
/// ```
pub async fn drop_everywhere<S, R, O>(
    setup: impl Fn() -> S,
    run: impl AsyncFn(&mut S) -> R,
    observe: impl Fn(&S, &R) -> O,
) -> usize
where
    O: PartialEq + Debug,
{
    let mut state = setup();
    let result = run(&mut state).await;
    let expected = observe(&state, &result);
    for place in 1.. {
        let mut state = setup();
        if !is_dropped_at(place, &run, &mut state).await {
            return place - 1;
        }
        let Ok(result) = tokio::time::timeout(PATIENCE, run(&mut state)).await else {
            panic!("dropped at its wait number {place} and run again, it waits for ever");
        };
        let observed = observe(&state, &result);
        assert_eq!(
            observed, expected,
            "dropped at its wait number {place} and run again, it gives something else (left) than \
             without (right)"
        );
    }
    unreachable!("a run does not wait for ever")
}

/// Runs until it has waited `place` times and drops it there; `false` if it was ready before.
async fn is_dropped_at<S, R>(place: usize, run: &impl AsyncFn(&mut S) -> R, state: &mut S) -> bool {
    let mut future = pin!(run(state));
    let mut waits = 0;
    poll_fn(|cx| {
        if future.as_mut().poll(cx).is_ready() {
            return Poll::Ready(false);
        }
        waits += 1;
        if waits == place { Poll::Ready(true) } else { Poll::Pending }
    })
    .await
}
