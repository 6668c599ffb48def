//! What is said of a future that may be of a crate which is known with a feature only.
//!
//! What tokio has needs no feature, see `absent`. Other crates are not there without theirs, so a type of
//! one cannot be told from a user's: the name of the method has to do. The macro does not see which
//! features there are. It names a trait, which is `SafeToDrop` itself where the feature is enabled.

/// Declares the trait for a feature, its name in bodies, and what to enable.
macro_rules! features {
    ($( $feature:literal $name:ident $in_body:ident: $note:literal )*) => { $(
        #[cfg(feature = $feature)]
        pub use super::texts::{SafeToDrop as $name, SafeToDropInBody as $in_body};

        #[cfg(not(feature = $feature))]
        super::texts::texts! {
            /// A future that may be of a crate that is not known.
            trait $name lets [Known Source Handler LosesPlace LosesBytes LosesValue LosesGathered LosesResult
                LosesAnswer LosesMessage LosesLease LosesTurn] (
                message = "this future is not known to be cancel safe",
                label = "work or data can be lost here if this future is dropped before it completes",
                note = $note,
                note = "if the function is yours: mark it `#[cancel_safe]`"
            )
        }

        #[cfg(not(feature = $feature))]
        #[diagnostic::do_not_recommend]
        impl<F: super::CancelSafe, M> $name<super::judge::ByType, M> for F {}

        #[cfg(not(feature = $feature))]
        pub use $name as $in_body;
    )* };
}

#[allow(unused_imports, reason = "with all features there is nothing to declare")]
use super::{
    judge::{Handler, Kind, Known, Source},
    refused::{
        LosesAnswer, LosesBytes, LosesGathered, LosesLease, LosesMessage, LosesPlace, LosesResult,
        LosesTurn, LosesValue,
    },
    texts::Asked,
};

// In step with `OF_FEATURES` in actor-macros/src/select/method_names.rs.
features! {
    "tokio-util" KnownWithTokioUtil KnownWithTokioUtilInBody:
        "if it is of tokio-util: enable the feature `tokio-util` of actor-runtime"
    "join-map" KnownWithJoinMap KnownWithJoinMapInBody:
        "if it is of tokio-util: enable the feature `tokio-util` of actor-runtime, or `join-map` for a `JoinMap`"
    "tokio-stream" KnownWithTokioStream KnownWithTokioStreamInBody:
        "if it is of tokio-stream: enable the feature `tokio-stream` of actor-runtime"
    "futures" KnownWithFutures KnownWithFuturesInBody:
        "if it is of futures: enable the feature `futures` of actor-runtime"
}
