//! The auto traits of handles, which say nothing about the private fields of the actor.

use std::{
    cell::Cell,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::Mutex,
};

use actor_runtime::{Lease, WeakHandle, actor};

/// Not unwind safe, in several ways, and not `Sync` or `Unpin`.
struct Unsafe {
    count: Cell<u64>,
    hook: Mutex<Option<Box<dyn FnMut() + Send>>>,
    pinned: std::marker::PhantomPinned,
}

#[actor]
impl Unsafe {
    pub(crate) fn inline(&mut self, amount: u64) -> u64 {
        let _ = (&self.hook, &self.pinned);
        self.count.replace(amount)
    }

    pub(crate) async fn queued(&mut self) {}

    pub(crate) fn finish(self) {}
}

/// The same, with a type parameter that handles mention.
struct Generic<T> {
    value: Cell<Option<T>>,
}

#[actor]
impl<T: Send + 'static> Generic<T> {
    pub(crate) fn replace(&mut self, value: T) -> Option<T> {
        self.value.replace(Some(value))
    }
}

fn is_plain<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}

fn is_unwind_safe<T: UnwindSafe + RefUnwindSafe>(_: &T) {}

#[tokio::test]
async fn do_not_depend_on_the_actors_fields() {
    is_plain::<UnsafeHandle>();
    is_plain::<WeakHandle<UnsafeHandle>>();
    is_plain::<Lease<UnsafeHandle>>();
    is_plain::<GenericHandle<u8>>();
    is_plain::<WeakHandle<GenericHandle<u8>>>();
    is_plain::<Lease<GenericHandle<u8>>>();
    let handle = actor_runtime::spawn(Unsafe {
        count: Cell::new(1),
        hook: Mutex::new(None),
        pinned: std::marker::PhantomPinned,
    });
    is_unwind_safe(&handle.inline(2));
    is_unwind_safe(&handle.queued());
    is_unwind_safe(&handle.finish());
    assert_eq!(handle.inline(2).await.unwrap(), 1);
    let handle = actor_runtime::spawn(Generic { value: Cell::new(Some(1)) });
    assert_eq!(handle.replace(2).await.unwrap(), Some(1));
}
