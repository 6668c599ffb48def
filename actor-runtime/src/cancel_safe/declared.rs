//! What [`cancel_safe_methods!`](crate::cancel_safe_methods) declares.
//!
//! [`CancelSafeMethod`](super::CancelSafeMethod) cannot be implemented for a type of another crate, nor
//! for a method that `m` has no name for. A trait of the user's own crate can, if it has the method's
//! name as a number. `select!` does not know the path of such a trait, or whether there is one, so it
//! imports all of the root of the crate that it is expanded in. There, `__cancel_safe_methods_at_root`
//! puts the ranks that `judge` leaves out.

use super::{
    CancelSafeMethod,
    judge::{ByType, Handler, Kind, Known, MakesCalls, Question},
    refused::Refuses,
};

pub use super::judge::Pointer;

/// A declared method may be dropped.
#[must_use]
#[inline(always)]
pub fn known<M>() -> Kind<Known, M> {
    Kind::new()
}

/// Declares the traits of a crate: which methods it declared, and the three ranks that ask for them, of the
/// receiver itself and of what one and two pointers refer to.
#[doc(hidden)]
#[macro_export]
macro_rules! __cancel_safe_methods_at_root {
    () => {
        #[doc(hidden)]
        #[allow(dead_code, unreachable_pub)]
        pub(crate) trait __CancelSafeMethod<const NAME: u64> {}

        #[doc(hidden)]
        #[allow(dead_code, unreachable_pub)]
        pub(crate) trait __CancelSafeMethods {
            type Method;
            #[inline(always)]
            fn __kind(
                &self,
            ) -> $crate::cancel_safe::judge::Kind<$crate::cancel_safe::judge::Known, Self::Method>
            {
                $crate::cancel_safe::declared::known()
            }
        }

        impl<R, M, const NAME: u64> __CancelSafeMethods
            for &&&$crate::cancel_safe::judge::Question<R, M, NAME>
        where
            R: __CancelSafeMethod<NAME> + ?::core::marker::Sized,
        {
            type Method = M;
        }

        impl<R, M, const NAME: u64> __CancelSafeMethods
            for &&$crate::cancel_safe::judge::Question<R, M, NAME>
        where
            R: $crate::cancel_safe::declared::Pointer<Target: __CancelSafeMethod<NAME>>
                + ?::core::marker::Sized,
        {
            type Method = M;
        }

        impl<R, M, const NAME: u64> __CancelSafeMethods
            for &$crate::cancel_safe::judge::Question<R, M, NAME>
        where
            R: $crate::cancel_safe::declared::Pointer<
                    Target: $crate::cancel_safe::declared::Pointer<
                        Target: __CancelSafeMethod<NAME>,
                    >,
                > + ?::core::marker::Sized,
        {
            type Method = M;
        }

        impl __CancelSafeMethod<0> for $crate::cancel_safe::declared::AtTheRoot {}
    };
}

/// Declared with each list, to find out whether the list is found.
#[derive(Debug)]
pub enum AtTheRoot {}

/// A list that is where `select!` looks for it.
#[diagnostic::on_unimplemented(
    message = "`cancel_safe_methods!` stands at the root of the crate",
    label = "this is not found from here",
    note = "move it into `lib.rs` or `main.rs`, outside of all functions"
)]
#[doc(hidden)]
pub trait IsFound: Sized {
    fn pass(self) {}
}

#[diagnostic::do_not_recommend]
impl<M> IsFound for Kind<Known, M> {}

/// Whether this is the path of a module in a crate's root.
#[must_use]
pub const fn is_in_root(module: &str) -> bool {
    let mut rest = module.as_bytes();
    let mut colons = 0;
    while let [first, after @ ..] = rest {
        if *first == b':' {
            colons += 1;
        }
        rest = after;
    }
    colons == 2
}

/// Asks whether a method is known already.
#[must_use]
pub fn declare<R: ?Sized, M>() -> Question<R, M> {
    Question::new()
}

/// Implements one rank of `known_already`.
macro_rules! rank {
    ($name:ident, [$($reference:tt)*], $why:ty, where $($bounds:tt)*) => {
        #[doc(hidden)]
        pub trait $name {
            type Why;
            type Method;
            fn known_already(&self) -> Kind<Self::Why, Self::Method> {
                Kind::new()
            }
        }

        impl<R: ?Sized, M> $name for $($reference)* Question<R, M> where $($bounds)* {
            type Why = $why;
            type Method = M;
        }
    };
}

rank!(IsRefused, [&&&], R::Why, where R: Refuses<M>);
rank!(IsKnown, [&&], Known, where R: CancelSafeMethod<M>);
rank!(IsHandler, [&], Handler, where R: MakesCalls);
rank!(IsUnknown, [], ByType, where);

/// What `known_already()` is called through. It brings no name into scope.
pub mod traits {
    pub use super::{IsHandler as _, IsKnown as _, IsRefused as _, IsUnknown as _};
}

/// A method that may be declared.
#[diagnostic::on_unimplemented(
    message = "whether this method of `{R}` may be dropped is known already",
    label = "this cannot be declared otherwise",
    note = "what tokio documents is known: remove the method from the list",
    note = "a handler of an actor is marked instead: `#[cancel_safe]`"
)]
#[doc(hidden)]
pub trait MayBeDeclared<R: ?Sized>: Sized {
    fn pass(self) {}
}

#[diagnostic::do_not_recommend]
impl<R: ?Sized, M> MayBeDeclared<R> for Kind<ByType, M> {}
