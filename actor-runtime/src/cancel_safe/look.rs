//! What a `#[cancel_safe]` body asks the compiler: whether it only looks before it waits.
//!
//! The macro wraps an expression in one of these, and nothing here does anything when it runs. What
//! depends on a type is asked as in `judge`: method resolution takes the first trait whose bounds
//! hold, from the most references to none.

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, VecDeque},
    marker::PhantomData,
    ops::{Deref, DerefMut},
    path::PathBuf,
    pin::Pin,
    rc::Rc,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockWriteGuard, TryLockError},
};

use super::absent::of_tokio;

/// How a call takes its receiver.
#[derive(Debug)]
pub struct Receiver<By>(PhantomData<By>);

/// By `&`, or as a copy.
#[derive(Debug)]
pub enum Shared {}

/// By `&mut`.
#[derive(Debug)]
pub enum Mutable {}

/// Stands for a place, in code that is compiled and never runs. The compiler picks `By` with the method.
#[derive(Debug)]
pub struct Place<'a, T: ?Sized, By>(PhantomData<(&'a T, By)>);

/// Stands for a place, and how it is taken.
pub fn lend<T: ?Sized, By>(_: &T) -> (&mut Place<'_, T, By>, Receiver<By>) {
    unreachable!("it only has a type")
}

/// Stands for a place, if that or what it is in is a guard. `By` is the integer `0`: a `u8` if the call
/// takes its receiver by `&mut`, and otherwise an `i32`, as an integer is of which nothing is known.
pub fn lend_guard<'a, K: Kinds, T: ?Sized, By>(
    _: K,
    _: &'a T,
    _: By,
) -> (K::Lent<'a, T, By>, Receiver<By>) {
    unreachable!("it only has a type")
}

/// The places from a place to its variable, and what stands for it: itself, unless one is a guard.
pub trait Kinds {
    /// What stands for the place.
    type Lent<'a, T: ?Sized + 'a, By: 'a>;
}

impl Kinds for () {
    type Lent<'a, T: ?Sized + 'a, By: 'a> = Box<Box<T>>;
}

impl<Rest: Kinds> Kinds for (IsOwn, Rest) {
    type Lent<'a, T: ?Sized + 'a, By: 'a> = Rest::Lent<'a, T, By>;
}

impl<Rest> Kinds for (IsGuard, Rest) {
    type Lent<'a, T: ?Sized + 'a, By: 'a> = &'a mut GuardedPlace<'a, T, By>;
}

/// Stands for a place that may be changed, and tells whether it is.
#[derive(Debug)]
pub struct GuardedPlace<'a, T: ?Sized, By>(PhantomData<(&'a T, By)>);

impl<T: ?Sized, By> Deref for GuardedPlace<'_, T, By> {
    type Target = T;

    fn deref(&self) -> &T {
        unreachable!("it only has a type")
    }
}

impl<T: ?Sized> DerefMut for GuardedPlace<'_, T, u8> {
    fn deref_mut(&mut self) -> &mut T {
        unreachable!("it only has a type")
    }
}

impl<T: ?Sized, By> Deref for Place<'_, T, By> {
    type Target = T;

    fn deref(&self) -> &T {
        unreachable!("it only has a type")
    }
}

/// The only one: a call that needs it takes the place by `&mut`.
impl<T: ?Sized> DerefMut for Place<'_, T, Mutable> {
    fn deref_mut(&mut self) -> &mut T {
        unreachable!("it only has a type")
    }
}

/// Something that is changed.
#[must_use]
pub fn mutable() -> Receiver<u8> {
    Receiver(PhantomData)
}

/// Gives what a call gives, of the type that it has where it is asked about.
#[inline(always)]
pub fn only_looks<T>(_: Option<T>, value: T) -> T {
    value
}

/// What is given by `&mut` before a wait.
#[inline(always)]
pub fn shared<T: ?Sized>(place: &mut T) -> &T {
    place
}

/// A place that is used by value before a wait.
#[inline(always)]
pub fn copied<T: OnlyLooked>(place: &T) -> T {
    *place
}

/// A copy: using it by value changes nothing.
#[diagnostic::on_unimplemented(
    message = "this is lent to be changed or moved, and an `.await` of the same turn follows",
    label = "if the call is dropped there, calling the function again repeats what is done with it",
    note = "lend it with `&`, or do this behind the last `.await`"
)]
pub trait OnlyLooked: Copy {}

#[diagnostic::do_not_recommend]
impl<T: Copy> OnlyLooked for T {}

/// A guard that gives no `&mut`.
#[derive(Debug)]
pub struct OnlyLooksBeforeAnAwait<G>(G);

impl<G: Deref> Deref for OnlyLooksBeforeAnAwait<G> {
    type Target = G::Target;

    #[inline(always)]
    fn deref(&self) -> &G::Target {
        &self.0
    }
}

/// A value that may be a guard.
#[derive(Debug)]
pub struct Probe<T>(Option<T>);

impl<T> Probe<T> {
    /// Asks about a value, which is passed through.
    #[inline(always)]
    pub fn new(value: T) -> Self {
        Self(Some(value))
    }

    #[inline(always)]
    fn take(&mut self) -> T {
        let Some(value) = self.0.take() else { unreachable!("a probe is taken once") };
        value
    }
}

/// A value that can be changed by `&mut` and is no guard: it is its holder's alone, also if a closure
/// `IS_GIVEN` it by what others have, too.
pub trait Plain<const IS_GIVEN: bool = false> {}

impl<T, const G: bool> Plain<G> for Vec<T> {}
impl<T: ?Sized, const G: bool> Plain<G> for Box<T> {}
impl<T: ?Sized> Plain for &mut T {}
impl<P, const G: bool> Plain<G> for Pin<P> {}
impl<T: Plain<G>, const G: bool> Plain<G> for Option<T> {}
impl<T: Plain<G>, E, const G: bool> Plain<G> for Result<T, E> {}
impl<const G: bool> Plain<G> for PathBuf {}

/// Implements one rank of `seen`.
macro_rules! seen {
    ($name:ident, [$($reference:tt)*] $ty:ty => $out:ty, where [$($bounds:tt)*], $value:ident => $seen:expr) => {
        #[doc(hidden)]
        pub trait $name {
            /// The value, or what only looks in its place.
            type Seen;
            /// Gives it.
            fn seen(&mut self) -> Self::Seen;
        }

        impl<$($bounds)*> $name for $($reference)* Probe<$ty> {
            type Seen = $out;

            #[inline(always)]
            fn seen(&mut self) -> $out {
                let $value = self.take();
                $seen
            }
        }
    };
}

seen!(Seen1, [&mut &mut &mut &mut] T => T, where [T: Clone], value => value);
seen!(Seen2, [&mut &mut &mut] T => T, where [T: Plain], value => value);
seen!(Seen3, [&mut &mut] G => OnlyLooksBeforeAnAwait<G>, where [G: DerefMut],
    value => OnlyLooksBeforeAnAwait(value));

/// A guard that may not have been given: what `lock` and `try_lock` of all crates give.
pub trait MaybeGuard {
    /// The same with a guard that only looks.
    type Looks;

    #[doc(hidden)]
    fn looks(self) -> Self::Looks;
}

impl<G: DerefMut, E: GuardError<G>> MaybeGuard for Result<G, E> {
    type Looks = Result<OnlyLooksBeforeAnAwait<G>, E::Looks>;

    #[inline(always)]
    fn looks(self) -> Self::Looks {
        self.map(OnlyLooksBeforeAnAwait).map_err(GuardError::looks)
    }
}

impl<G: DerefMut> MaybeGuard for Option<G> {
    type Looks = Option<OnlyLooksBeforeAnAwait<G>>;

    #[inline(always)]
    fn looks(self) -> Self::Looks {
        self.map(OnlyLooksBeforeAnAwait)
    }
}

/// An error that holds the guard all the same, or none.
pub trait GuardError<G> {
    /// The same with a guard that only looks.
    type Looks;

    #[doc(hidden)]
    fn looks(self) -> Self::Looks;
}

impl<G> GuardError<G> for PoisonError<G> {
    type Looks = PoisonError<OnlyLooksBeforeAnAwait<G>>;

    fn looks(self) -> Self::Looks {
        PoisonError::new(OnlyLooksBeforeAnAwait(self.into_inner()))
    }
}

impl<G> GuardError<G> for TryLockError<G> {
    type Looks = TryLockError<OnlyLooksBeforeAnAwait<G>>;

    fn looks(self) -> Self::Looks {
        match self {
            Self::Poisoned(error) => TryLockError::Poisoned(error.looks()),
            Self::WouldBlock => TryLockError::WouldBlock,
        }
    }
}

seen!(Seen4, [&mut] R => R::Looks, where [R: MaybeGuard], value => value.looks());

/// What is no guard, as far as anybody knows.
#[doc(hidden)]
pub trait Seen5 {
    /// The value.
    type Seen;
    /// Gives it.
    fn seen(&mut self) -> Self::Seen;
}

impl<T> Seen5 for Probe<T> {
    type Seen = T;

    #[inline(always)]
    fn seen(&mut self) -> T {
        self.take()
    }
}

/// A local that is changed, and may be a guard.
#[derive(Debug)]
pub struct Named<T: ?Sized, const IS_GIVEN: bool>(PhantomData<fn(Box<T>)>);

impl<T: ?Sized, const G: bool> Named<T, G> {
    /// Asks about its type.
    #[inline(always)]
    pub fn of(_: &T) -> Self {
        Self(PhantomData)
    }
}

/// Others see what is changed.
#[derive(Clone, Copy, Debug)]
pub struct IsGuard;

/// It is its holder's alone.
#[derive(Clone, Copy, Debug)]
pub struct IsOwn;

/// Places none of which is a guard, `(first, (second, ()))`.
pub trait NoGuard {}

#[diagnostic::do_not_recommend]
impl NoGuard for () {}

#[diagnostic::do_not_recommend]
impl<Rest: NoGuard> NoGuard for (IsOwn, Rest) {}

/// Implements one rank of `guard`.
macro_rules! guard {
    ($( $name:ident: [$($reference:tt)*] => $is:ident, where [$($bounds:tt)*]; )*) => { $(
        #[doc(hidden)]
        pub trait $name {
            /// Asks.
            #[inline(always)]
            fn guard(&self) -> $is {
                $is
            }
        }

        impl<T: $($bounds)*, const G: bool> $name for $($reference)* Named<T, G> {}
    )* };
}

guard! {
    Guard1: [&&&] => IsOwn, where [Clone];
    Guard2: [&&] => IsOwn, where [Plain<G>];
    Guard3: [&] => IsGuard, where [DerefMut];
    Guard4: [&] => IsGuard, where [MaybeGuard];
    Guard5: [] => IsOwn, where [?Sized];
}

/// A copy.
#[derive(Clone, Copy, Debug)]
pub struct IsCopy;

/// No copy, so its type has to be known.
#[derive(Clone, Copy, Debug)]
pub struct IsOther;

/// A value without a name.
#[derive(Clone, Copy, Debug)]
pub struct IsTemporary;

/// An argument by value, or a local on which something is awaited.
#[derive(Debug)]
pub struct Local<T>(PhantomData<fn(T)>);

impl<T> Local<T> {
    /// Asks about its type.
    #[inline(always)]
    pub fn of(_: &T) -> Self {
        Self(PhantomData)
    }
}

#[doc(hidden)]
pub trait Copied {
    #[inline(always)]
    fn kind(&self) -> IsCopy {
        IsCopy
    }
}

impl<T: Copy> Copied for &Local<T> {}

#[doc(hidden)]
pub trait NotCopied {
    #[inline(always)]
    fn kind(&self) -> IsOther {
        IsOther
    }
}

impl<T> NotCopied for Local<T> {}

/// What may be gone with the call: a copy, or a handle of something that others hold too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` belongs to this call, and is lost with all that is in it if the call is dropped",
    label = "no copy, and no handle of something shared",
    note = "keep it in `self`, or take it by reference: `&mut`, or `&mut Option<..>` to take it out when it can go"
)]
pub trait Outlives<Kind>: Sized {
    /// Asks a variable.
    #[inline(always)]
    fn __ask(kind: Kind, local: &Self) {
        let _ = (kind, local);
    }

    /// Asks a value without a name.
    #[inline(always)]
    fn pass(kind: Kind, value: Self) -> Self {
        let _ = kind;
        value
    }
}

#[diagnostic::do_not_recommend]
impl<T> Outlives<IsCopy> for T {}

#[diagnostic::do_not_recommend]
impl<T: ?Sized> Outlives<IsTemporary> for &T {}

/// A local that is lent to a wait by `&`.
#[derive(Debug)]
pub struct Lent<'a, T: ?Sized>(&'a T);

impl<'a, T: ?Sized> Lent<'a, T> {
    /// Asks about it.
    #[inline(always)]
    pub fn new(local: &'a T) -> Self {
        Self(local)
    }
}

#[doc(hidden)]
pub trait FrozenCell<'a> {
    /// The type.
    type Cell: ?Sized + 'a;

    /// The local, if nothing can be put into it.
    fn frozen(&self) -> &'a Self::Cell
    where
        Self::Cell: Frozen;
}

impl<'a, T: Fillable + ?Sized> FrozenCell<'a> for &Lent<'a, T> {
    type Cell = T;

    fn frozen(&self) -> &'a T
    where
        T: Frozen,
    {
        self.0
    }
}

#[doc(hidden)]
pub trait FrozenOther<'a> {
    /// The type.
    type Other: ?Sized + 'a;

    /// The local.
    fn frozen(&self) -> &'a Self::Other;
}

impl<'a, T: ?Sized> FrozenOther<'a> for Lent<'a, T> {
    type Other = T;

    #[inline(always)]
    fn frozen(&self) -> &'a T {
        self.0
    }
}

/// What can be filled through a shared reference.
pub trait Fillable {}

/// Nothing that is [`Fillable`] is this.
#[diagnostic::on_unimplemented(
    message = "what `{Self}` collects lives only in this call, and is lost if the call is dropped at this `.await`",
    label = "made in this call",
    note = "keep it in `self`, or behind a `&mut` argument"
)]
pub trait Frozen {}

/// Implements a trait without a body for types.
macro_rules! marked {
    ($trait:ty: $( [$($generics:tt)*] $ty:ty; )*) => {
        marked!(@ [$trait] $( [$($generics)*] [$ty] )*);
    };
    (@ $trait:tt $( $generics:tt $ty:tt )*) => {
        $( marked!(@@ $trait $generics $ty); )*
    };
    (@@ [$trait:ty] [$($generics:tt)*] [$ty:ty]) => {
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> $trait for $ty {}
    };
}

/// Implements `Outlives` for handles of something shared.
macro_rules! handles {
    ($( [$($generics:tt)*] $ty:ty; )*) => {
        marked! { $crate::cancel_safe::look::Outlives<$crate::cancel_safe::look::IsOther>:
            $( [$($generics)*] $ty; )* }
        marked! { $crate::cancel_safe::look::Outlives<$crate::cancel_safe::look::IsTemporary>:
            $( [$($generics)*] $ty; )* }
    };
}

handles! {
    [T: ?Sized] Arc<T>;
    [T: ?Sized] Rc<T>;
}

marked! { Outlives<IsOther>:
    [T: Outlives<IsOther>] Option<T>;
}

marked! { Fillable:
    [T: ?Sized] Cell<T>;
    [T: ?Sized] RefCell<T>;
    [T] OnceCell<T>;
    [T: ?Sized] Mutex<T>;
    [T: ?Sized] RwLock<T>;
    [T] OnceLock<T>;
    [T: Fillable + ?Sized] &T;
    [T: Fillable + ?Sized] Arc<T>;
    [T: Fillable + ?Sized] Rc<T>;
    [] std::sync::atomic::AtomicBool;
    [] std::sync::atomic::AtomicI8;
    [] std::sync::atomic::AtomicI16;
    [] std::sync::atomic::AtomicI32;
    [] std::sync::atomic::AtomicI64;
    [] std::sync::atomic::AtomicIsize;
    [] std::sync::atomic::AtomicU8;
    [] std::sync::atomic::AtomicU16;
    [] std::sync::atomic::AtomicU32;
    [] std::sync::atomic::AtomicU64;
    [] std::sync::atomic::AtomicUsize;
    [T] std::sync::mpsc::Sender<T>;
    [T] std::sync::mpsc::SyncSender<T>;
}

/// Types on which `reserve`, `sort` and `get_or_insert_with` change nothing more a second time.
#[diagnostic::on_unimplemented(
    message = "it is not known whether this changes more of `{Self}` a second time, and an `.await` of the same turn follows",
    label = "if the call is dropped there, calling the function again repeats it",
    note = "if doing it again is harmless, write `repeatable(..)` around the call"
)]
pub trait Settled {}

marked! { Settled:
    [T] Option<T>;
    [T] Vec<T>;
    [T] VecDeque<T>;
    [] String;
    [T] [T];
    [K, V, S] HashMap<K, V, S>;
    [T, S] HashSet<T, S>;
    [T] BinaryHeap<T>;
    [T: Settled + ?Sized] Box<T>;
    [T: Settled + ?Sized] &mut T;
}

/// `reserve`.
#[cfg(feature = "tokio-util")]
#[diagnostic::do_not_recommend]
impl Settled for tokio_util::bytes::BytesMut {}

/// Types that change nothing unless `pop`, `take`, `remove`, `next` or `try_recv` gives something.
#[diagnostic::on_unimplemented(
    message = "it is not known whether this changes `{Self}` where it gives nothing, and an `.await` of the same turn follows there",
    label = "if the call is dropped at that `.await`, calling the function again repeats it",
    note = "if it changes nothing unless it gives something, write `all_or_nothing(..)` around the call"
)]
pub trait AllOrNothing {}

marked! { AllOrNothing:
    [T] Option<T>;
    [T] Vec<T>;
    [T] VecDeque<T>;
    [T] BinaryHeap<T>;
    [K, V, S] HashMap<K, V, S>;
    [T, S] HashSet<T, S>;
    [K, V] BTreeMap<K, V>;
    [T] BTreeSet<T>;
    [T] std::vec::IntoIter<T>;
    [T: AllOrNothing + ?Sized] Box<T>;
    [T: AllOrNothing + ?Sized] &mut T;
    [T: AllOrNothing + ?Sized] MutexGuard<'_, T>;
    [T: AllOrNothing + ?Sized] RwLockWriteGuard<'_, T>;
    [T: AllOrNothing + ?Sized] std::cell::RefMut<'_, T>;
}

of_tokio! {
    marked! { AllOrNothing:
        [T] sync::mpsc::Receiver<T>;
        [T] sync::mpsc::UnboundedReceiver<T>;
        [T: AllOrNothing + ?Sized] sync::MutexGuard<'_, T>;
        [T: AllOrNothing + ?Sized] sync::OwnedMutexGuard<T>;
        [T: AllOrNothing + ?Sized] sync::RwLockWriteGuard<'_, T>;
    }

    marked! { Fillable:
        [T: ?Sized] sync::Mutex<T>;
        [T: ?Sized] sync::RwLock<T>;
        [T] sync::oneshot::Sender<T>;
        [T] sync::mpsc::Sender<T>;
        [T] sync::mpsc::UnboundedSender<T>;
        [T] sync::broadcast::Sender<T>;
        [T] sync::watch::Sender<T>;
    }

    handles! {
        [T] sync::mpsc::Sender<T>;
        [T] sync::mpsc::UnboundedSender<T>;
        [T] sync::broadcast::Sender<T>;
        [T] sync::watch::Sender<T>;
    }
}

#[cfg(feature = "tokio-util")]
handles! {
    [] tokio_util::sync::CancellationToken;
    [] tokio_util::task::TaskTracker;
}

/// The questions that are methods, of any receiver.
pub trait Ask {
    /// Asks whether a second time changes nothing more.
    #[inline(always)]
    fn __settled(&mut self) -> &mut Self
    where
        Self: Settled,
    {
        self
    }

    /// Asks whether it changes only if it gives something.
    #[inline(always)]
    fn __all_or_nothing(&mut self) -> &mut Self
    where
        Self: AllOrNothing,
    {
        self
    }
}

impl<T: ?Sized> Ask for T {}

/// What the questions are called through. It brings no name into scope.
pub mod traits {
    pub use super::{
        Ask as _, Copied as _, FrozenCell as _, FrozenOther as _, Guard1 as _, Guard2 as _,
        Guard3 as _, Guard4 as _, Guard5 as _, NotCopied as _, Seen1 as _, Seen2 as _, Seen3 as _,
        Seen4 as _, Seen5 as _,
    };
}
