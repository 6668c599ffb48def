//! An engine whose other side is the test, which sends and receives bytes.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard},
    task::{Context, Poll},
    time::Duration,
};

use actor_remote::{
    BoxFuture, BoxStream, Engine, EngineError, Inbox, Link, Request, Requests, Responder,
};
use bytes::Bytes;
use futures_util::{FutureExt, Stream, StreamExt, future::ready, stream::unfold};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::{sleep, timeout},
};

/// The engine of one link. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    state: Arc<Mutex<State>>,
    inbox: Inbox,
}

#[derive(Debug, Default)]
struct State {
    served: HashMap<String, UnboundedSender<Request>>,
    topics: HashMap<String, Vec<UnboundedSender<Bytes>>>,
    /// What the link has sent: requests with their numbers, and messages to topics.
    requests: Vec<(u64, Bytes)>,
    published: Vec<(String, Bytes)>,
    is_disconnected: bool,
}

impl Raw {
    /// A link over this engine.
    #[must_use]
    pub fn link(&self) -> Link {
        Link::new(self.clone(), self.inbox.clone())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics under it")
    }

    /// Sends a request to what the link serves, and returns the replies.
    ///
    /// # Panics
    ///
    /// Panics if the link does not serve the name.
    #[must_use]
    pub fn ask(&self, name: &str, message: impl Into<Bytes>) -> UnboundedReceiver<Bytes> {
        let (sender, replies) = unbounded_channel();
        let responder: Option<Box<dyn Responder>> = Some(Box::new(Replies(sender)));
        let request = Request { message: message.into(), responder };
        self.lock().served[name].send(request).expect("it is served");
        replies
    }

    /// Sends a message to a topic that the link has subscribed to.
    ///
    /// # Panics
    ///
    /// Panics if it has not.
    pub fn tell(&self, topic: &str, message: impl Into<Bytes>) {
        let message = message.into();
        for topic in &self.lock().topics[topic] {
            let _ = topic.send(message.clone());
        }
    }

    /// The topics that the link has subscribed to.
    #[must_use]
    pub fn topics(&self) -> Vec<String> {
        self.lock().topics.keys().cloned().collect()
    }

    /// The requests that the link has sent since this was called last, with their numbers.
    #[must_use]
    pub fn requests(&self) -> Vec<(u64, Bytes)> {
        std::mem::take(&mut self.lock().requests)
    }

    /// The messages that the link has published since this was called last, with their topics.
    #[must_use]
    pub fn published(&self) -> Vec<(String, Bytes)> {
        std::mem::take(&mut self.lock().published)
    }

    /// Ends the connection, or makes a new one.
    pub fn set_connected(&self, is_connected: bool) {
        self.lock().is_disconnected = !is_connected;
    }

    /// Sends a reply to a request of the link.
    pub fn reply(&self, number: u64, message: impl Into<Bytes>) {
        self.inbox.reply(number, message.into());
    }
}

impl Engine for Raw {
    fn max_message(&self) -> usize {
        usize::MAX
    }

    fn connected(&self, within: Duration) -> Option<BoxFuture<'_, Result<(), EngineError>>> {
        if !self.lock().is_disconnected {
            return None;
        }
        let connected = timeout(within, async {
            while self.lock().is_disconnected {
                sleep(Duration::from_millis(1)).await;
            }
        });
        Some(connected.map(|connected| connected.map_err(EngineError::new)).boxed())
    }

    fn request<'a>(
        &'a self,
        _: &'a str,
        number: u64,
        request: Bytes,
        _: Duration,
    ) -> BoxFuture<'a, Result<(), EngineError>> {
        self.lock().requests.push((number, request));
        ready(Ok(())).boxed()
    }

    fn send<'a>(
        &'a self,
        _: &'a str,
        message: Bytes,
        _: Duration,
    ) -> BoxFuture<'a, Result<(), EngineError>> {
        self.lock().requests.push((0, message));
        ready(Ok(())).boxed()
    }

    fn serve<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Box<dyn Requests>, EngineError>> {
        let (sender, requests) = unbounded_channel();
        self.lock().served.insert(name.to_owned(), sender);
        let requests: Box<dyn Requests> = Box::new(Served(requests));
        ready(Ok(requests)).boxed()
    }

    fn publish<'a>(
        &'a self,
        topic: &'a str,
        message: Bytes,
    ) -> BoxFuture<'a, Result<(), EngineError>> {
        self.lock().published.push((topic.to_owned(), message));
        ready(Ok(())).boxed()
    }

    fn subscribe<'a>(
        &'a self,
        topic: &'a str,
    ) -> BoxFuture<'a, Result<BoxStream<Bytes>, EngineError>> {
        let (sender, messages) = unbounded_channel();
        self.lock().topics.entry(topic.to_owned()).or_default().push(sender);
        let messages = unfold(messages, async |mut messages: UnboundedReceiver<Bytes>| {
            Some((messages.recv().await?, messages))
        });
        ready(Ok(messages.boxed())).boxed()
    }
}

struct Served(UnboundedReceiver<Request>);

impl Stream for Served {
    type Item = Request;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Request>> {
        self.0.poll_recv(cx)
    }
}

impl Requests for Served {
    fn close(&mut self) -> BoxFuture<'_, ()> {
        self.0.close();
        ready(()).boxed()
    }
}

#[derive(Debug)]
struct Replies(UnboundedSender<Bytes>);

impl Responder for Replies {
    fn respond(&self, reply: Bytes) -> BoxFuture<'_, ()> {
        let _ = self.0.send(reply);
        ready(()).boxed()
    }
}
