//! Sources: what makes a cancel safe future again and again.

use super::{CancelSafe, IntoCancelSafe, absent::of_tokio, assume_cancel_safe};

/// Implements [`IntoCancelSafe`] through a method that is documented as cancel safe.
macro_rules! sources {
    ($( $page:literal [$($generics:tt)*] $ty:ty => $output:ty, $method:ident; )*) => { $(
        #[doc = concat!("Waits with [`", stringify!($method), "`](https://docs.rs/", $page, "),")]
        /// which is documented as cancel safe.
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> IntoCancelSafe for $ty {
            type Output = $output;

            fn into_cancel_safe(self) -> impl CancelSafe<Output = $output> {
                assume_cancel_safe("documented", self.$method())
            }
        }
    )* };
}

sources! {
    "tokio/1.54.1/tokio/time/struct.Interval.html#method.tick"
    ['a] &'a mut tokio::time::Interval => tokio::time::Instant, tick;
    "tokio/1.54.1/tokio/task/struct.JoinSet.html#method.join_next"
    ['a, T: 'static] &'a mut tokio::task::JoinSet<T> => Option<Result<T, tokio::task::JoinError>>, join_next;
}

of_tokio! {
    sources! {
        "tokio/1.54.1/tokio/sync/mpsc/struct.Receiver.html#method.recv"
        ['a, T] &'a mut sync::mpsc::Receiver<T> => Option<T>, recv;
        "tokio/1.54.1/tokio/sync/mpsc/struct.UnboundedReceiver.html#method.recv"
        ['a, T] &'a mut sync::mpsc::UnboundedReceiver<T> => Option<T>, recv;
        "tokio/1.54.1/tokio/sync/broadcast/struct.Receiver.html#method.recv"
        ['a, T: Clone] &'a mut sync::broadcast::Receiver<T>
            => Result<T, sync::broadcast::error::RecvError>, recv;
        "tokio/1.54.1/tokio/sync/watch/struct.Receiver.html#method.changed"
        ['a, T] &'a mut sync::watch::Receiver<T> => Result<(), sync::watch::error::RecvError>, changed;
        "tokio/1.54.1/tokio/process/struct.Child.html#method.wait"
        ['a] &'a mut process::Child => std::io::Result<std::process::ExitStatus>, wait;
        "tokio/1.54.1/tokio/signal/unix/struct.Signal.html#method.recv"
        ['a] &'a mut signal::unix::Signal => Option<()>, recv;
    }
}

of_tokio! { in net:
    sources! {
        "tokio/1.54.1/tokio/net/struct.TcpListener.html#method.accept"
        ['a] &'a TcpListener => std::io::Result<(TcpStream, std::net::SocketAddr)>, accept;
        "tokio/1.54.1/tokio/net/struct.UnixListener.html#method.accept"
        ['a] &'a UnixListener => std::io::Result<(UnixStream, unix::SocketAddr)>, accept;
    }
}

#[cfg(feature = "tokio-util")]
sources! {
    "tokio-util/0.7.20/tokio_util/sync/struct.CancellationToken.html#method.cancelled"
    ['a] &'a tokio_util::sync::CancellationToken => (), cancelled;
    "tokio-util/0.7.20/tokio_util/task/struct.TaskTracker.html#method.wait"
    ['a] &'a tokio_util::task::TaskTracker => (), wait;
}
