//! Methods whose futures have no name.

/// Calling the method `M` on `Self` returns a cancel safe future.
///
/// `recv` is an `async fn`: its future has no name, so [`CancelSafe`](super::CancelSafe) cannot be
/// implemented for it. A branch `rx.recv()` of [`select!`](crate::select) therefore asks about the pair of
/// receiver and method, and so does an `.await` in a `#[cancel_safe]` body. References, `Box`, `Arc`
/// and guards around the receiver are looked through.
///
/// Only the method names in [`m`] can be declared this way. Mark a method of your own that has another
/// name `#[cancel_safe]` instead. For a type of another crate, and for any name, there is
/// `cancel_safe_methods!`.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "sync")] mod example {
/// use actor_runtime::{cancel_safe::{CancelSafeMethod, m}, select};
/// use tokio::sync::mpsc;
///
/// struct Orders(mpsc::Receiver<u32>);
///
/// impl Orders {
///     async fn recv(&mut self) -> Option<u32> { self.0.recv().await }
/// }
///
/// // One `recv` of a channel, and nothing after it.
/// impl CancelSafeMethod<m::recv> for Orders {}
///
/// async fn next(orders: &mut Orders) -> Option<u32> {
///     select! { order = orders.recv() => order }
/// }
/// # }
/// ```
pub trait CancelSafeMethod<M> {}

/// Method names as types: see [`CancelSafeMethod`].
pub mod m {
    macro_rules! names {
        ($($name:ident)*) => { $(
            #[doc = concat!("The method `", stringify!($name), "`.")]
            #[allow(non_camel_case_types)]
            #[derive(Debug)]
            pub enum $name {}

            impl Name for $name {}
        )* };
    }

    /// A method, as opposed to a way of passing a place.
    #[doc(hidden)]
    pub trait Name {}

    // In step with `METHODS` in actor-macros/src/select/known.rs, where a test compares the two.
    names! {
        recv recv_many recv_from peek send send_to closed changed wait_for wait tick accept connect
        readable writable ready readable_mut writable_mut read read_buf read_u8 read_i8 fill_buf
        next_line write write_vectored write_buf flush join_next join_next_with_id next_entry next
        try_next next_many as_mut
        lock lock_owned read_owned write_owned acquire acquire_many acquire_owned
        acquire_many_owned reserve reserve_many reserve_owned notified notified_owned
        read_exact read_to_end read_to_string read_line read_until write_all write_all_buf
        read_u16 read_i16 read_u32 read_i32 read_u64 read_i64 read_u128 read_i128 read_f32 read_f64
        read_u16_le read_i16_le read_u32_le read_i32_le read_u64_le read_i64_le read_u128_le
        read_i128_le read_f32_le read_f64_le join_all
    }
}
