//! Serving an actor: an actor of its own that passes requests on.

use std::{
    future::{Future, poll_fn},
    panic::{self, AssertUnwindSafe},
    pin::Pin,
    sync::Arc,
    task::Poll,
    thread,
};

use actor_runtime::{ActorHandle, Context, Scope, actor};
use futures_util::{FutureExt, StreamExt, future::CatchUnwind, stream::FuturesUnordered};

use crate::{
    by_hand::Serve,
    control,
    engine::{BoxFuture, EngineError, Request, Requests},
    incoming::{self, Answering, Incoming, Passed},
    life::Pulse,
    link::{AbortOnDrop, Link, is_name},
};

/// An actor that is served under a name. Dropping it does not end the service.
#[derive(Clone, Debug)]
pub struct Service(ServingHandle);

impl Service {
    /// Ends the service: requests that have arrived are answered, and later ones find nobody.
    ///
    /// The actor goes on, as long as it has other handles.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the service ends all the same.
    pub async fn stop(&self) {
        self.0.shutdown().await;
    }

    /// Completes when the service has ended: by [`stop`](Self::stop), with its scope, or because the actor ended.
    pub async fn exited(&self) {
        self.0.exited().await;
    }
}

/// How many requests are passed on before answers are looked at.
const AT_ONCE: usize = 16;

type Pass = Box<dyn Fn(Incoming<'_>) -> Passed + Send + Sync>;

/// Answers a request. If that panics, as dropping what was sent may, no other request is harmed.
type Later = CatchUnwind<AssertUnwindSafe<BoxFuture<'static, ()>>>;

/// Passes the requests for one name on to an actor.
struct Serving {
    link: Link,
    requests: Box<dyn Requests>,
    /// Passes a request on. The future answers it.
    pass: Pass,
    under_way: FuturesUnordered<Later>,
    actor: Pin<Box<dyn Future<Output = ()> + Send>>,
    _pulse: Arc<Pulse>,
    _control: AbortOnDrop,
}

pub(crate) async fn serve<H: Serve>(
    link: &Link,
    name: &str,
    handle: &H,
    scope: &Scope,
) -> Result<Service, EngineError> {
    if !is_name(name) {
        return Err(EngineError::new(format!(
            "`{name}` is not a name: {}",
            crate::RemoteErrorKind::InvalidName
        )));
    }
    let (shared, engine) = (&link.shared, &link.shared.engine);
    let control = engine.subscribe(&control::topic_of_name(name)).await?;
    let listen =
        |topic| tokio::spawn(control::listen(topic, shared.under_way.clone())).abort_handle();
    let listening = shared.listening.get_or_try_init(async || {
        let topic = engine.subscribe(&control::topic_of_process(shared.process)).await?;
        Ok::<_, EngineError>(AbortOnDrop(listen(topic)))
    });
    listening.await?;
    let requests = engine.serve(name).await?;
    let (actor, exited) = (handle.clone(), handle.exited());
    let serving = scope.spawn(Serving {
        link: link.clone(),
        requests,
        pass: Box::new(move |incoming| actor.pass(incoming)),
        under_way: FuturesUnordered::new(),
        actor: Box::pin(async { drop(exited.await) }),
        _pulse: link.shared.pulse(),
        _control: AbortOnDrop(listen(control)),
    });
    Ok(Service(serving))
}

#[actor(keep_alive)]
impl Serving {
    #[on(self.requests.next())]
    async fn requested(&mut self, request: Request) {
        self.begin(request).await;
        for _ in 1..AT_ONCE {
            match self.requests.next().now_or_never() {
                Some(Some(request)) => self.begin(request).await,
                Some(None) | None => break,
            }
        }
    }

    #[on(self.under_way.next())]
    fn answered(&mut self, _: thread::Result<()>) {}

    #[on(&mut self.actor)]
    fn actor_ended(&mut self, (): (), context: &Context<Self>) {
        context.stop();
    }

    /// Answers the requests that have arrived.
    #[on_stop]
    async fn complete(&mut self) {
        self.requests.close().await;
        loop {
            // Calls are answered while the last requests arrive.
            tokio::select! {
                request = self.requests.next() => match request {
                    Some(request) => self.begin(request).await,
                    None => break,
                },
                Some(_) = self.under_way.next() => {}
            }
        }
        while self.under_way.next().await.is_some() {}
        self.requests.flush().await;
    }

    /// Passes a request on, and answers it if that can be done at once.
    async fn begin(&mut self, request: Request) {
        let Self { link, pass, .. } = self;
        let mut request = Some(request);
        let passed = poll_fn(|cx| {
            let Some(request) = request.take() else { return Poll::Pending };
            let pass = || incoming::pass(link, request, cx.waker(), pass);
            let passed = panic::catch_unwind(AssertUnwindSafe(pass));
            Poll::Ready(passed.unwrap_or_else(|_| Passed::silently()))
        });
        match passed.await.0 {
            Answering::Silently => {}
            Answering::Now(caller, reply) => caller.respond(reply).await,
            Answering::Later(answering) => {
                let mut answering = AssertUnwindSafe(answering).catch_unwind();
                if (&mut answering).now_or_never().is_none() {
                    self.under_way.push(answering);
                }
            }
        }
    }
}
