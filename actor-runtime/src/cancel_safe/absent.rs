//! Stands in for the modules that tokio was built without.
//!
//! A module of tokio is there if any crate of the build asks for its feature, and a value of a type in it
//! exists only then. So what is known of these types needs no feature of this crate:
//!
//! [`of_tokio`] looks a name up in tokio first. `process` is that of tokio if tokio has one, and otherwise
//! the one in this file, of whose types there is no value.

#![allow(dead_code, reason = "each stands in for a module that tokio usually has")]

use std::{
    ops::Deref,
    pin::Pin,
    task::{Context, Poll},
};

// Input:
//     of_tokio! { impl CancelSafeMethod<m::wait> for process::Child {} }
//     of_tokio! { in net: impl CancelSafeMethod<m::accept> for TcpListener {} }
// Output of the second:
//     const _: () = {
//         use absent::net::*;
//         const _: () = {
//             use tokio::net::*;
//             impl CancelSafeMethod<m::accept> for TcpListener {}
//         };
//     };
/// Items about types that tokio may have been built without: what a block imports is found before what
/// the block around it does.
macro_rules! of_tokio {
    (in $module:ident: $($items:tt)*) => {
        of_tokio!(@ [absent::$module] [tokio::$module] $($items)*);
    };
    (@ [$($absent:tt)*] [$($tokio:tt)*] $($items:tt)*) => {
        const _: () = {
            #[allow(unused_imports, reason = "tokio may have all of it")]
            use $crate::cancel_safe::$($absent)*::*;
            const _: () = {
                #[allow(unused_imports, reason = "tokio may have nothing of it")]
                use ::$($tokio)*::*;
                $($items)*
            };
        };
    };
    ($($items:tt)*) => {
        of_tokio!(@ [absent] [tokio] $($items)*);
    };
}

pub(crate) use of_tokio;

/// Declares types that have no value.
macro_rules! types {
    ($( $name:ident [$($life:lifetime)? $($ty:ident)?] )*) => { $(
        pub(crate) struct $name<$($life,)? $($ty: ?Sized)?>(
            pub(in crate::cancel_safe::absent) std::convert::Infallible,
            std::marker::PhantomData<fn($(&$life (),)? $(*const $ty)?)>,
        );
    )* };
}

/// Gives a type the method that makes it a source.
macro_rules! sources {
    ($( [$($ty:ident)?] $name:ty: $method:ident -> $output:ty; )*) => { $(
        impl$(<$ty>)? $name {
            pub(crate) async fn $method(&self) -> $output {
                match self.0 {}
            }
        }
    )* };
}

/// Lets a guard be looked through.
macro_rules! guards {
    ($( $guard:ty )*) => { $(
        impl<T: ?Sized> Deref for $guard {
            type Target = T;

            fn deref(&self) -> &T {
                match self.0 {}
            }
        }
    )* };
}

pub(crate) mod sync {
    types! {
        Mutex[T] MutexGuard['a T] OwnedMutexGuard[T] Notify[]
        RwLock[T] RwLockReadGuard['a T] RwLockWriteGuard['a T] OwnedRwLockReadGuard[T]
        OwnedRwLockWriteGuard[T] Semaphore[] SetOnce[T]
    }

    pub(crate) mod broadcast {
        types! { Receiver[T] Sender[T] }

        pub(crate) mod error {
            types! { RecvError[] }
        }
    }

    pub(crate) mod mpsc {
        types! { Receiver[T] Sender[T] UnboundedReceiver[T] UnboundedSender[T] }
    }

    pub(crate) mod oneshot {
        types! { Receiver[T] Sender[T] }
    }

    pub(crate) mod watch {
        types! { Receiver[T] Sender[T] }

        pub(crate) mod error {
            types! { RecvError[] }
        }
    }
}

pub(crate) mod net {
    types! { TcpListener[] TcpStream[] UdpSocket[] UnixDatagram[] UnixListener[] UnixStream[] }

    pub(crate) mod tcp {
        types! { ReadHalf['a] WriteHalf['a] OwnedReadHalf[] OwnedWriteHalf[] }
    }

    pub(crate) mod unix {
        types! { ReadHalf['a] WriteHalf['a] OwnedReadHalf[] OwnedWriteHalf[] SocketAddr[] }

        pub(crate) mod pipe {
            types! { Receiver[] Sender[] }
        }
    }

    pub(crate) mod windows {
        pub(crate) mod named_pipe {
            types! { NamedPipeServer[] }
        }
    }
}

pub(crate) mod fs {
    types! { ReadDir[] }
}

pub(crate) mod io {
    types! { Lines[T] }

    pub(crate) mod unix {
        types! { AsyncFd[T] }
    }
}

pub(crate) mod process {
    types! { Child[] }
}

pub(crate) mod signal {
    pub(crate) mod unix {
        types! { Signal[] }
    }
}

guards! {
    sync::MutexGuard<'_, T> sync::OwnedMutexGuard<T>
    sync::RwLockReadGuard<'_, T> sync::RwLockWriteGuard<'_, T>
    sync::OwnedRwLockReadGuard<T> sync::OwnedRwLockWriteGuard<T>
}

sources! {
    [T] sync::broadcast::Receiver<T>: recv -> Result<T, sync::broadcast::error::RecvError>;
    [T] sync::mpsc::Receiver<T>: recv -> Option<T>;
    [T] sync::mpsc::UnboundedReceiver<T>: recv -> Option<T>;
    [T] sync::watch::Receiver<T>: changed -> Result<(), sync::watch::error::RecvError>;
    [] net::TcpListener: accept -> std::io::Result<(net::TcpStream, std::net::SocketAddr)>;
    [] net::UnixListener: accept -> std::io::Result<(net::UnixStream, net::unix::SocketAddr)>;
    [] process::Child: wait -> std::io::Result<std::process::ExitStatus>;
    [] signal::unix::Signal: recv -> Option<()>;
}

impl<T> Future for sync::oneshot::Receiver<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        match self.0 {}
    }
}
