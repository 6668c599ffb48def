//! Attributes of handlers and of their arguments.

use actor_runtime::{actor, spawn};

struct Conditional;

#[actor]
impl Conditional {
    #[cfg(test)]
    pub(crate) fn present(&self) -> u8 {
        1
    }

    #[cfg(not(test))]
    pub(crate) fn absent(&self, missing: DoesNotExist) -> u8 {
        2
    }

    #[cfg(not(test))]
    pub(crate) fn either(&self) -> u8 {
        3
    }

    #[cfg(test)]
    pub(crate) async fn either(&self, text: &str) -> usize {
        text.len()
    }

    pub(crate) fn arguments(
        &mut self,
        a: u8,
        #[cfg(test)] b: u8,
        #[cfg(not(test))] c: DoesNotExist,
        #[cfg(not(doc))] text: &str,
    ) -> usize {
        usize::from(a + b) + text.len()
    }

    #[cfg(not(test))]
    pub(crate) fn never(self) {}

    #[cfg(not(test))]
    #[on_start]
    fn start(&mut self) -> Result<(), DoesNotExist> {
        Ok(())
    }
}

#[tokio::test]
async fn conditions() {
    let handle = spawn(Conditional);
    assert_eq!(handle.present().await.unwrap(), 1);
    assert_eq!(handle.either("four").await.unwrap(), 4);
    assert_eq!(handle.arguments(1, 2, "four").await.unwrap(), 7);
}

/// Nothing of the actor is compiled.
struct Never;

#[actor]
#[cfg(not(test))]
impl Never {
    pub(crate) fn absent(&self, missing: DoesNotExist) {}
}

/// An actor whose handlers are all disabled.
struct Silent;

#[actor]
impl Silent {
    #[cfg(not(test))]
    pub(crate) fn absent(&self) {}

    #[cfg(not(test))]
    pub(crate) fn finish(self) {}
}

#[tokio::test]
async fn no_handler_left() {
    let _ = Never;
    drop(spawn(Silent));
}

/// Under `deny(warnings)`: only code that uses a deprecated handler is warned.
struct Old;

#[actor]
impl Old {
    /// Replies; deprecated.
    #[deprecated = "call `new_way`"]
    pub(crate) fn old_way(&self) -> u8 {
        1
    }

    /// Replies.
    #[must_use = "that is all it is for"]
    pub(crate) fn new_way(&self) -> u8 {
        1
    }

    #[must_use]
    pub(crate) fn bare(&self) -> u8 {
        1
    }

    #[doc(hidden)]
    pub(crate) fn hidden(&self) {}

    #[deprecated]
    pub(crate) fn old_end(self) {}

    #[deprecated]
    #[on_start]
    #[on_idle]
    fn old_hook(&self) {}

    #[deprecated]
    #[on_release]
    #[actor_runtime::cancel_safe]
    pub(crate) async fn old_marked_hook(&mut self) {}
}

#[tokio::test]
#[expect(deprecated, reason = "the attribute is on the method of the handle too")]
async fn deprecated() {
    let handle = spawn(Old);
    assert_eq!(handle.old_way().await.unwrap(), 1);
    assert_eq!(handle.new_way().await.unwrap() + handle.bare().await.unwrap(), 2);
    handle.hidden().await.unwrap();
    handle.old_end().await.unwrap();
}

struct Loud;

#[actor]
impl Loud {
    #[expect(
        clippy::too_many_arguments,
        clippy::many_single_char_names,
        reason = "they are all needed"
    )]
    #[inline]
    pub(crate) fn many(&self, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8) -> u8 {
        a + b + c + d + e + f + g + h
    }

    #[allow(non_snake_case, reason = "it is called so elsewhere")]
    pub(crate) fn shoutAt(&self, SOMEBODY: u8) -> u8 {
        SOMEBODY
    }

    #[expect(unused_variables, reason = "the argument is there for the caller")]
    pub(crate) fn unused(&self, nothing: u8) {}
}

#[tokio::test]
async fn lint_levels() {
    let handle = spawn(Loud);
    assert_eq!(handle.many(1, 1, 1, 1, 1, 1, 1, 1).await.unwrap(), 8);
    assert_eq!(handle.shoutAt(1).await.unwrap(), 1);
    handle.unused(1).await.unwrap();
}

struct Large;

/// Clippy's lints of enums do not apply to the generated one.
#[actor]
impl Large {
    #[expect(clippy::large_types_passed_by_value, reason = "that is what is tested")]
    pub(crate) fn get_large(&self, large: [u8; 1000]) -> usize {
        large.len()
    }

    pub(crate) fn get_small(&self) -> u8 {
        1
    }

    pub(crate) fn get_other(&mut self) {}

    pub(crate) fn get_end(self) {}

    pub(crate) fn get_other_end(self) {}
}

#[tokio::test]
async fn lints_of_enums() {
    let handle = spawn(Large);
    assert_eq!(handle.get_large([0; 1000]).await.unwrap(), 1000);
    assert_eq!(handle.get_small().await.unwrap(), 1);
    handle.get_other().await.unwrap();
    handle.get_end().await.unwrap();
    assert!(handle.get_other_end().await.is_err());
}
