//! A small crate of a user's, of which `tests/rustdoc.rs` makes the documentation.

#![deny(missing_docs, rustdoc::all)]

use actor_runtime::{actor, cancel_safe};

/// Has nothing to do with actors.
pub struct Plain;

/// A value behind a function of the same name.
pub struct Limiter {
    left: u64,
}

/// Makes a limiter.
#[allow(non_snake_case, reason = "its name is also that of the type")]
pub fn Limiter(left: u64) -> Limiter {
    Limiter { left }
}

#[actor]
impl Limiter {
    /// The most that a limiter starts with.
    pub const LIMIT: u64 = 10;

    /// Takes `amount`, if there is as much left, which is at most [`Self::LIMIT`].
    ///
    /// To look first, see [`Self::left`], and to do more [the limit](Self::LIMIT) of [`Self`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use limiter::Limiter;
    /// assert!(Limiter(Limiter::LIMIT).take(10));
    /// ```
    pub fn take(&mut self, amount: u64) -> bool {
        let left = self.left.checked_sub(amount);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }

    /** What is left. In a comment of several lines:

    ~~~
    assert_eq!(limiter::Limiter(3).left(), 3);
    ~~~

    It links to [`Self::take`]. */
    pub fn left(&self) -> u64 {
        self.left
    }

    #[doc = include_str!("limiter.md")]
    #[cfg_attr(all(), doc = "Here, [`Self::LIMIT`] is readable.")]
    pub fn filled(&self) -> u64 {
        Self::LIMIT - self.left
    }

    #[doc = concat!("Whether [`Self::LIMIT", "`] is left.")]
    pub fn is_full(&self) -> bool {
        self.left == Self::LIMIT
    }

    /// Reads what may be taken from a file.
    pub async fn load(&mut self, path: &std::path::Path) -> std::io::Result<()> {
        self.left = path.as_os_str().len() as u64;
        Ok(())
    }
}

/// Generic, and its answers come back.
pub struct Stack<T> {
    items: Vec<T>,
}

#[actor]
impl<T: Send + 'static> Stack<T> {
    /// Takes the last item.
    #[cancel_safe(undelivered = push_back)]
    pub fn pop(&mut self) -> Option<T> {
        self.items.pop()
    }

    fn push_back(&mut self, item: Option<T>) {
        self.items.extend(item);
    }
}

/// In another module than its handle.
pub mod inner {
    /// An actor.
    pub struct Deep;

    /// An actor whose name is a keyword.
    #[allow(non_camel_case_types, reason = "it is called so elsewhere")]
    pub struct r#type;
}

#[actor(handle = Remote)]
impl inner::Deep {
    /// Does nothing.
    pub fn nothing(&self) {}

    pub(crate) fn less(&self) {}
}

#[actor(message = TypeMessage)]
impl inner::r#type {
    /// Does nothing.
    pub fn nothing(&self) {}
}

struct Private;

#[actor]
impl Private {
    /// Does nothing, like [`Self::less`] of [this](Self).
    pub fn nothing(&self) {}

    fn less(&self) {}
}
