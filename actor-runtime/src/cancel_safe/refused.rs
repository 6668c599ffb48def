//! Methods that are documented as *not* cancel safe, and what to write instead.
//!
//! Without this they would be refused too, as unknown futures. Knowing them makes a better text: the
//! texts are in `judge`. A method name has at most one reason, whatever its type.

use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite};

use super::{absent::of_tokio, m};

/// The method `M` of `Self` loses something when its future is dropped.
#[doc(hidden)]
pub trait Refuses<M> {
    /// What it loses.
    type Why;
}

/// A place in a fair queue.
#[derive(Debug)]
pub enum LosesPlace {}

/// Bytes that were read or written before the drop.
#[derive(Debug)]
pub enum LosesBytes {}

/// A value that was handed over.
#[derive(Debug)]
pub enum LosesValue {}

/// Results that were gathered before the drop.
#[derive(Debug)]
pub enum LosesGathered {}

/// A result that can be waited for once.
#[derive(Debug)]
pub enum LosesResult {}

/// The answer of a call.
#[derive(Debug)]
pub enum LosesAnswer {}

/// The message of a cast.
#[derive(Debug)]
pub enum LosesMessage {}

/// The place in the queue of a lease, granted or not.
#[derive(Debug)]
pub enum LosesLease {}

/// The moment at which a message is sent.
#[derive(Debug)]
pub enum LosesTurn {}

/// Says for methods of types why they are refused.
macro_rules! refused {
    ($( [$($generics:tt)*] $ty:ty: $why:ident { $($method:ident)* } )*) => {
        $( refused!(@each [$($generics)*] [$ty] $why $($method)*); )*
    };
    (@each $generics:tt $ty:tt $why:ident $($method:ident)*) => {
        $( refused!(@one $generics $ty $why $method); )*
    };
    (@one [$($generics:tt)*] [$ty:ty] $why:ident $method:ident) => {
        impl<$($generics)*> Refuses<m::$method> for $ty {
            type Why = $why;
        }
    };
}

/// Futures that lose something unless they are lent.
macro_rules! lent_only {
    ($( [$($generics:tt)*] $ty:ty: $why:ident; )*) => { $(
        impl<$($generics)*> $crate::cancel_safe::Refuses<$crate::cancel_safe::ByValue> for $ty {
            type Why = $crate::cancel_safe::$why;
        }

        impl<$($generics)*> $crate::cancel_safe::Refuses<$crate::cancel_safe::ByTemporary> for $ty {
            type Why = $crate::cancel_safe::$why;
        }

        /// What is lent has to live longer than the `select!`.
        impl<'a, $($generics)*> $crate::cancel_safe::Refuses<$crate::cancel_safe::ByTemporary>
            for &'a mut $ty
        {
            type Why = $crate::cancel_safe::$why;
        }
    )* };
}

pub(crate) use lent_only;

refused! {
    // https://docs.rs/tokio/1.54.1/tokio/io/trait.AsyncReadExt.html
    [R: AsyncRead + ?Sized] R: LosesBytes {
        read_exact read_to_end read_to_string read_u16 read_i16 read_u32 read_i32 read_u64 read_i64
        read_u128 read_i128 read_f32 read_f64 read_u16_le read_i16_le read_u32_le read_i32_le
        read_u64_le read_i64_le read_u128_le read_i128_le read_f32_le read_f64_le
    }
    // https://docs.rs/tokio/1.54.1/tokio/io/trait.AsyncBufReadExt.html. What `read_until` has read is
    // in its buffer, but a second call cannot tell it from what was there before.
    [R: AsyncBufRead + ?Sized] R: LosesBytes { read_line read_until }
    // https://docs.rs/tokio/1.54.1/tokio/io/trait.AsyncWriteExt.html. What `write_all_buf` has written
    // is known to its cursor; that is safe only if the cursor outlives the loop, which types do not show.
    [W: AsyncWrite + ?Sized] W: LosesBytes { write_all write_all_buf }
    // https://docs.rs/tokio/1.54.1/tokio/task/struct.JoinSet.html#method.join_all
    [T] tokio::task::JoinSet<T>: LosesGathered { join_all }
}

lent_only! {
    // https://docs.rs/tokio/1.54.1/tokio/task/struct.JoinHandle.html#cancel-safety promises it for
    // `&mut` only: a dropped handle detaches its task.
    [T] tokio::task::JoinHandle<T>: LosesResult;
}

of_tokio! {
    refused! {
        // https://docs.rs/tokio/1.54.1/tokio/sync/struct.Mutex.html#method.lock
        [T: ?Sized] sync::Mutex<T>: LosesPlace { lock lock_owned }
        // https://docs.rs/tokio/1.54.1/tokio/sync/struct.RwLock.html#method.read
        [T: ?Sized] sync::RwLock<T>: LosesPlace { read write read_owned write_owned }
        // https://docs.rs/tokio/1.54.1/tokio/sync/struct.Semaphore.html#method.acquire
        [] sync::Semaphore: LosesPlace { acquire acquire_many acquire_owned acquire_many_owned }
        // https://docs.rs/tokio/1.54.1/tokio/sync/struct.Notify.html#method.notified
        [] sync::Notify: LosesPlace { notified notified_owned }
        // https://docs.rs/tokio/1.54.1/tokio/sync/mpsc/struct.Sender.html#method.reserve
        [T] sync::mpsc::Sender<T>: LosesPlace { reserve reserve_many reserve_owned }
        // https://docs.rs/tokio/1.54.1/tokio/sync/mpsc/struct.Sender.html#method.send
        [T] sync::mpsc::Sender<T>: LosesValue { send }
    }

    lent_only! {
        // https://docs.rs/tokio/1.54.1/tokio/sync/oneshot/struct.Receiver.html#cancel-safety promises
        // it for `&mut` only: a dropped receiver closes the channel.
        [T] sync::oneshot::Receiver<T>: LosesResult;
    }
}

#[cfg(feature = "tokio-util")]
refused! {
    // https://docs.rs/tokio-util/0.7.20/tokio_util/task/struct.JoinQueue.html#method.join_all
    [T] tokio_util::task::JoinQueue<T>: LosesGathered { join_all }
}
