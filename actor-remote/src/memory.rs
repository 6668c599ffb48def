//! An engine inside of one process: for tests, and to try out what is to be distributed later.

use std::{
    collections::HashMap,
    fmt,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{FutureExt, Stream, future::ready};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use crate::{
    engine::{BoxFuture, BoxStream, Engine, EngineError, Request, Requests, Responder},
    inbox::{Inbox, lock},
    link::Link,
};

/// Links the parts of one process, as an engine links several.
///
/// Everything is written and read as on any engine, and nothing is connected to anything outside.
///
/// # Examples
///
/// ```
/// use actor_remote::Network;
/// use actor_runtime::{Scope, actor};
///
/// #[derive(Default)]
/// pub struct Counter { total: u64 }
///
/// #[actor(remote)]
/// impl Counter {
///     /// Adds `amount` and returns the new total.
///     pub fn add(&mut self, amount: u64) -> u64 {
///         self.total += amount;
///         self.total
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let network = Network::new();
/// let (here, there) = (network.link(), network.link());
///
/// let scope = Scope::new();
/// let counter: CounterHandle = scope.spawn(Counter::default());
/// there.serve("counters.eu", &counter, &scope).await?;
///
/// let counter: CounterRemote = here.find("counters.eu");
/// assert_eq!(counter.add(2).await?, 2);
/// # scope.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Network(Arc<Mutex<Names>>);

#[derive(Default)]
struct Names {
    /// Those who serve a name. The first one gets the next request.
    served: HashMap<String, Vec<UnboundedSender<Request>>>,
    topics: HashMap<String, Vec<UnboundedSender<Bytes>>>,
}

impl Network {
    /// A network that nobody is linked to.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Links one part of the process: what takes the place of a process.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime.
    #[must_use]
    pub fn link(&self) -> Link {
        let inbox = Inbox::new();
        Link::new(Memory { network: self.clone(), inbox: inbox.clone() }, inbox)
    }

    /// Sends a request to the next of those who serve `name`. Returns `false` if there is nobody.
    fn send(&self, name: &str, mut request: Request) -> bool {
        let mut names = lock(&self.0);
        let Some(members) = names.served.get_mut(name) else { return false };
        while !members.is_empty() {
            let member = members.remove(0);
            match member.send(request) {
                Ok(()) => {
                    members.push(member);
                    return true;
                }
                // It has ended.
                Err(refused) => request = refused.0,
            }
        }
        false
    }
}

/// The engine of one link.
#[derive(Debug)]
struct Memory {
    network: Network,
    inbox: Inbox,
}

impl Engine for Memory {
    fn max_message(&self) -> usize {
        usize::MAX
    }

    fn request<'a>(
        &'a self,
        name: &'a str,
        number: u64,
        message: Bytes,
        _: Duration,
    ) -> BoxFuture<'a, Result<(), EngineError>> {
        let responder: Box<dyn Responder> = Box::new(ToInbox { inbox: self.inbox.clone(), number });
        if !self.network.send(name, Request { message, responder: Some(responder) }) {
            self.inbox.nobody(number);
        }
        ready(Ok(())).boxed()
    }

    fn send<'a>(
        &'a self,
        name: &'a str,
        message: Bytes,
        _: Duration,
    ) -> BoxFuture<'a, Result<(), EngineError>> {
        self.network.send(name, Request { message, responder: None });
        ready(Ok(())).boxed()
    }

    fn serve<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Box<dyn Requests>, EngineError>> {
        let (sender, requests) = mpsc::unbounded_channel();
        lock(&self.network.0).served.entry(name.to_owned()).or_default().push(sender);
        let requests: Box<dyn Requests> = Box::new(Served(requests));
        ready(Ok(requests)).boxed()
    }

    fn publish<'a>(
        &'a self,
        topic: &'a str,
        message: Bytes,
    ) -> BoxFuture<'a, Result<(), EngineError>> {
        if let Some(readers) = lock(&self.network.0).topics.get_mut(topic) {
            readers.retain(|reader| reader.send(message.clone()).is_ok());
        }
        ready(Ok(())).boxed()
    }

    fn subscribe<'a>(
        &'a self,
        topic: &'a str,
    ) -> BoxFuture<'a, Result<BoxStream<Bytes>, EngineError>> {
        let (sender, messages) = mpsc::unbounded_channel();
        lock(&self.network.0).topics.entry(topic.to_owned()).or_default().push(sender);
        let messages: BoxStream<Bytes> = Box::pin(Messages(messages));
        ready(Ok(messages)).boxed()
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

struct Messages(UnboundedReceiver<Bytes>);

impl Stream for Messages {
    type Item = Bytes;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        self.0.poll_recv(cx)
    }
}

#[derive(Debug)]
struct ToInbox {
    inbox: Inbox,
    number: u64,
}

impl Responder for ToInbox {
    fn respond(&self, reply: Bytes) -> BoxFuture<'_, ()> {
        self.inbox.reply(self.number, reply);
        ready(()).boxed()
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = lock(&self.0);
        f.debug_struct("Network").field("served", &names.served.keys()).finish()
    }
}
