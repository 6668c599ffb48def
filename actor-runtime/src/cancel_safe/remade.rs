//! What a loop makes again in each turn, and waits for in a `select!`.
//!
//! When another branch wins, the next turn makes it again. So it has to be a future that may be dropped,
//! or a reference or handle of something that lives on. `#[checked_select]` asks, because it sees where
//! things are made.

use std::{marker::PhantomData, ops::Deref, pin::Pin};

use super::{
    CancelSafe,
    absent::of_tokio,
    look::{IsOther, Outlives},
};

/// A local that is made again in each turn.
#[derive(Debug)]
pub struct Remade<T: ?Sized>(PhantomData<fn(*const T)>);

impl<T: ?Sized> Remade<T> {
    /// Asks about its type.
    #[inline(always)]
    pub fn of(_: &T) -> Self {
        Self(PhantomData)
    }
}

/// A future that may be dropped, or a reference or handle of something that lives on.
#[derive(Clone, Copy, Debug)]
pub struct LivesOn;

/// What is gone with the turn.
#[derive(Clone, Copy, Debug)]
pub struct EndsWithTheTurn;

/// Declares one rank of `kind`.
macro_rules! rank {
    ($name:ident, [$($reference:tt)*] => $kind:ident, where $($bounds:tt)*) => {
        #[doc(hidden)]
        pub trait $name {
            #[inline(always)]
            fn kind(&self) -> $kind {
                $kind
            }
        }

        impl<T: ?Sized> $name for $($reference)* Remade<T> where $($bounds)* {}
    };
}

rank!(R1, [&&&] => LivesOn, where T: CancelSafe);
rank!(R2, [&&] => LivesOn, where T: Outlives<IsOther>);
rank!(R3, [&] => LivesOn, where T: Borrows);
rank!(R4, [] => EndsWithTheTurn, where);

/// References and guards, and what is made of them.
pub trait Borrows {}

/// What is left when the turn is over.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is made again in each turn of this loop",
    label = "when another branch wins, this is dropped with what it holds",
    note = "make it before the loop, and select on it in the loop",
    note = "if its end is the end of the turn: name it in the other branches, `drop(..)`, or leave the loop there",
    note = "if dropping it is harmless: say why, `assume_cancel_safe(\"why\", ..)` around the branch"
)]
#[doc(hidden)]
pub trait OutlivesTurn<Kind> {
    /// Asks.
    #[inline(always)]
    fn __ask(kind: Kind, local: &Self) {
        let _ = (kind, local);
    }
}

/// References are no exception here, but of a rank of their own: rustc would advise to lend.
#[diagnostic::do_not_recommend]
impl<T: ?Sized> OutlivesTurn<LivesOn> for T {}

/// Implements `Borrows`.
macro_rules! pointers {
    ($( [$($generics:tt)*] $ty:ty; )*) => { $(
        impl<$($generics)*> Borrows for $ty {}
    )* };
}

pointers! {
    [T: ?Sized] &T;
    [T: ?Sized] &mut T;
    [T: ?Sized + Borrows] Box<T>;
    [P: Borrows] Pin<P>;
    [T: Borrows] Option<T>;
    [T: ?Sized] std::sync::MutexGuard<'_, T>;
    [T: ?Sized] std::sync::RwLockReadGuard<'_, T>;
    [T: ?Sized] std::sync::RwLockWriteGuard<'_, T>;
    [T: ?Sized] std::cell::Ref<'_, T>;
    [T: ?Sized] std::cell::RefMut<'_, T>;
}

of_tokio! {
    impl<T: ?Sized> Borrows for sync::MutexGuard<'_, T> {}
    impl<T: ?Sized> Borrows for sync::OwnedMutexGuard<T> {}
    impl<T: ?Sized> Borrows for sync::RwLockReadGuard<'_, T> {}
    impl<T: ?Sized> Borrows for sync::RwLockWriteGuard<'_, T> {}
    impl<T: ?Sized> Borrows for sync::OwnedRwLockReadGuard<T> {}
    impl<T: ?Sized> Borrows for sync::OwnedRwLockWriteGuard<T> {}
}

/// What a local is that `pin!` has pinned.
#[inline(always)]
pub fn pinned<T: ?Sized, P: Deref<Target = T>>(local: &Pin<P>) -> &T {
    local
}

/// What the questions are called through. It brings no name into scope.
pub mod traits {
    pub use super::{R1 as _, R2 as _, R3 as _, R4 as _};
}
