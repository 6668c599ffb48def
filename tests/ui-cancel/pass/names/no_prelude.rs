//! Without a prelude, and with names of the standard library taken.

#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types)]

struct Option;
struct Some;
struct None;
struct Ok;
struct Future;
struct Pin;
mod core {}
mod std {}
mod tokio_select {}

fn main() {
    let future = async {
        ::actor_runtime::select! {
            one = ::std::future::ready(1) => one,
        }
    };
    let mut future = ::std::pin::pin!(future);
    let mut context = ::std::task::Context::from_waker(::std::task::Waker::noop());
    let one = ::std::future::Future::poll(::std::pin::Pin::as_mut(&mut future), &mut context);
    ::std::assert!(::std::matches!(one, ::std::task::Poll::Ready(1)));
}
