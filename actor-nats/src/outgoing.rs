//! Requests on their way to the connection.

use std::{
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actor_remote::{BoxFuture, EngineError, Inbox};
use async_nats::{Client, PublishError};
use bytes::Bytes;
use futures_util::FutureExt;
use tokio::{
    sync::mpsc::{Permit, Receiver, Sender, channel},
    task::yield_now,
    time::timeout,
};

/// From so many calls on that wait for replies, requests are gathered.
const SEVERAL: usize = 4;

/// How many requests wait to be sent, and how many are sent at once.
const CAPACITY: usize = 256;

/// How long a link that was dropped tries to write what it was given.
const LAST: Duration = Duration::from_secs(5);

/// A request, or a cast.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) subject: String,
    /// The subject for replies, and the number that the caller waits with.
    pub(crate) reply: Option<(String, u64)>,
    pub(crate) message: Bytes,
}

impl Outgoing {
    /// Gives it to the client.
    async fn send(self, client: &Client) -> Result<(), PublishError> {
        match self.reply {
            None => client.publish(self.subject, self.message).await,
            Some((reply, _)) => client.publish_with_reply(self.subject, reply, self.message).await,
        }
    }
}

/// The way of requests to the connection.
///
/// The client writes as soon as it is given something. Where several callers wait, their replies come together, and
/// their next requests would be written one by one. So these are gathered by a task.
#[derive(Debug)]
pub(crate) struct Queue {
    client: Client,
    inbox: Inbox,
    sender: Sender<Outgoing>,
    /// How many were put into the queue and not given to the client yet.
    queued: Arc<AtomicUsize>,
}

impl Queue {
    pub(crate) fn start(client: Client, inbox: Inbox) -> Self {
        let (sender, receiver) = channel(CAPACITY);
        let queued = Arc::<AtomicUsize>::default();
        tokio::spawn(write(receiver, client.clone(), inbox.clone(), queued.clone()));
        Self { client, inbox, sender, queued }
    }

    /// Sends a request, after those that were put into the queue before.
    pub(crate) fn send(&self, outgoing: Outgoing) -> BoxFuture<'_, Result<(), EngineError>> {
        if self.inbox.len() < SEVERAL && self.queued.load(Ordering::Acquire) == 0 {
            let sent = async { outgoing.send(&self.client).await.map_err(EngineError::new) };
            return sent.boxed();
        }
        match self.sender.try_reserve() {
            Ok(room) => {
                self.put(outgoing, room);
                ready(Ok(())).boxed()
            }
            Err(_) => async {
                let room = self.sender.reserve().await.map_err(EngineError::new)?;
                self.put(outgoing, room);
                Ok(())
            }
            .boxed(),
        }
    }

    fn put(&self, outgoing: Outgoing, room: Permit<'_, Outgoing>) {
        self.queued.fetch_add(1, Ordering::Relaxed);
        room.send(outgoing);
    }
}

/// Sends what is put into the queue: what several callers put there at the same time in one write.
async fn write(
    mut queue: Receiver<Outgoing>,
    client: Client,
    inbox: Inbox,
    queued: Arc<AtomicUsize>,
) {
    let mut requests = Vec::with_capacity(CAPACITY);
    while queue.recv_many(&mut requests, 1).await > 0 {
        // The tasks that are ready now run first.
        yield_now().await;
        while requests.len() < CAPACITY {
            let Ok(request) = queue.try_recv() else { break };
            requests.push(request);
        }
        for outgoing in requests.drain(..) {
            let number = outgoing.reply.as_ref().map(|(_, number)| *number);
            // One whose caller has gone is not sent.
            if number.is_none_or(|number| inbox.is_waited_for(number)) {
                let sent = outgoing.send(&client).await;
                if let (Err(_), Some(number)) = (sent, number) {
                    inbox.ended(number);
                }
            }
            queued.fetch_sub(1, Ordering::Release);
        }
    }
    // A client that is dropped forgets what it has not written. Without a connection, that is as it is.
    let _ = timeout(LAST, client.flush()).await;
}
