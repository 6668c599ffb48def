//! A generic actor whose answers come back, and which can be leased.

use std::{borrow::Cow, fmt, path::Path};

use actor_runtime::{ActorHandle, CallError, Context, Lease, actor};

/// Items, the last one first. Its handle is [`StackHandle`].
#[derive(Debug, Default)]
pub struct Stack<T> {
    items: Vec<T>,
    kept: usize,
}

#[actor(inline = false)]
impl<T: Clone + fmt::Debug + Send + Sync + 'static> Stack<T> {
    /// Adds an item. [`Self::pop`] takes it back, see also [the type](Self).
    pub fn push(&mut self, item: T) {
        self.items.push(item);
    }

    /// Takes the last item that was [pushed](Self::push).
    #[cancel_safe(undelivered = put_back)]
    pub fn pop(&mut self) -> Option<T> {
        self.items.pop()
    }

    /// Like [`Self::pop`], but waits.
    #[cancel_safe(undelivered = put_back_with)]
    pub async fn pop_later(&mut self, _name: &str) -> Option<T> {
        tokio::task::yield_now().await;
        self.items.pop()
    }

    /// How many there are, of which [`Self`] keeps some.
    #[cancel_safe]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether [`Self::len`] is zero.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Writes the items to `path`.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be written. See [`Self::len`].
    pub async fn write(&self, path: &Path, header: Cow<'static, str>) -> std::io::Result<()> {
        let text = format!("{header}{:?}", self.items);
        let path = path.to_owned();
        let written = tokio::task::spawn_blocking(move || std::fs::write(path, text));
        written.await.unwrap_or_else(|error| Err(std::io::Error::other(error)))
    }

    /// Keeps what was pushed in this lease.
    pub const fn commit(&mut self) {
        self.kept = self.items.len();
    }

    /// Ends [`Self`] with its items.
    #[must_use]
    pub fn into_items(self) -> Vec<T> {
        self.items
    }

    fn put_back(&mut self, item: Option<T>) {
        self.items.extend(item);
    }

    fn put_back_with(&mut self, item: Option<T>, _context: &Context<Self>) {
        self.items.extend(item);
    }

    #[on_release]
    fn roll_back(&mut self) {
        self.items.truncate(self.kept);
    }
}

/// Pushes all of `items`, or none of them.
///
/// # Errors
///
/// Fails if the stack ends.
pub async fn push_all<T: Clone + fmt::Debug + Send + Sync + 'static>(
    stack: &StackHandle<T>,
    items: impl IntoIterator<Item = T, IntoIter: Send> + Send,
) -> Result<(), CallError> {
    let lease: Lease<StackHandle<T>> = stack.lease().await?;
    for item in items {
        lease.push(item).await?;
    }
    lease.commit().await
}
