//! The mailbox to which a call goes: borrowed from a handle, or owned by the call.

use std::marker::PhantomData;

use crate::{
    call::Call,
    debug::opaque_debug,
    mailbox::{Shared, counted::Counted},
    slot::message::Message,
    sync::Arc,
};

/// How a call refers to its actor: [`Borrowed`] or [`Owned`].
pub trait Recipient<M: Message>: private::Sealed<M> {}

impl<M: Message, S: private::Sealed<M>> Recipient<M> for S {}

/// Refers to the actor through the handle on which the call was made.
pub struct Borrowed<'a, M: Message>(pub(crate) &'a Arc<Shared<M>>);

opaque_debug!([M: Message] Borrowed<'_, M>, "Borrowed", actor = M::ACTOR);

/// Keeps the actor alive, as a handle does. See [`Call::owned`].
pub struct Owned<M: Message>(pub(crate) Counted<M>);

opaque_debug!([M: Message] Owned<M>, "Owned", actor = M::ACTOR);

/// What a future may be generic over without holding it: the lifetime of a handle, and a type.
pub(super) type Phantom<'a, T> = PhantomData<(&'a (), fn() -> T)>;

pub(crate) mod private {
    use crate::{mailbox::Shared, slot::message::Message, sync::Arc};

    /// Seals [`Recipient`](super::Recipient).
    pub trait Sealed<M: Message> {
        #[expect(private_interfaces, reason = "the trait cannot be named outside of this crate")]
        #[doc(hidden)]
        fn shared(&self) -> &Arc<Shared<M>>;
    }

    #[expect(private_interfaces, reason = "the trait cannot be named outside of this crate")]
    impl<M: Message> Sealed<M> for super::Borrowed<'_, M> {
        #[inline(always)]
        fn shared(&self) -> &Arc<Shared<M>> {
            self.0
        }
    }

    #[expect(private_interfaces, reason = "the trait cannot be named outside of this crate")]
    impl<M: Message> Sealed<M> for super::Owned<M> {
        #[inline]
        fn shared(&self) -> &Arc<Shared<M>> {
            &self.0
        }
    }
}

impl<'a, M: Message, R, Q, H> Call<'a, R, M, Q, H> {
    /// Makes the call own a handle, so that it borrows nothing.
    ///
    /// A call borrows only the handle on which it was made. One that is moved into a task or stored has to own
    /// it; the owned call keeps the actor alive, as a handle does.
    ///
    /// # Examples
    ///
    /// ```
    /// # use actor_runtime::{actor, spawn};
    /// # #[derive(Default)] struct Counter(u64);
    /// # #[actor]
    /// # impl Counter {
    /// #     /// Adds `amount` and returns the new total.
    /// #     pub fn add(&mut self, amount: u64) -> u64 { self.0 += amount; self.0 }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let counter = spawn(Counter::default());
    /// let task = tokio::spawn(counter.add(2).owned());
    /// assert_eq!(task.await??, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn owned(self) -> Call<'static, R, M, Q, H, Owned<M>> {
        let Self { recipient, request, method, state, site, mark: _ } = self;
        let recipient = Owned(Counted::new(recipient.0));
        Call { recipient, request, method, state, site, mark: PhantomData }
    }
}
