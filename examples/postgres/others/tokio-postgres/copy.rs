//! `COPY` as a sink and as a stream.

use std::{
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use futures_util::{
    Sink, Stream,
    future::BoxFuture,
    stream::{self, BoxStream, StreamExt},
};
use ours::{CopyIn, CopyOut};

use crate::{Error, Result};

pub struct CopyInSink<T> {
    state: State,
    _items: PhantomData<fn(T)>,
}

enum State {
    Idle(CopyIn),
    Sending(BoxFuture<'static, (CopyIn, ours::Result<()>)>),
    Over,
}

impl<T> CopyInSink<T> {
    pub(crate) fn new(copy: CopyIn) -> Self {
        Self { state: State::Idle(copy), _items: PhantomData }
    }

    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if let State::Sending(sending) = &mut self.state {
            let (copy, sent) = ready!(sending.as_mut().poll(cx));
            self.state = State::Idle(copy);
            sent?;
        }
        Poll::Ready(Ok(()))
    }

    pub async fn finish(mut self: Pin<&mut Self>) -> Result<u64> {
        std::future::poll_fn(|cx| self.poll_idle(cx)).await?;
        match std::mem::replace(&mut self.state, State::Over) {
            State::Idle(copy) => Ok(copy.finish().await?),
            _ => Err(Error::closed()),
        }
    }
}

impl<T: Buf> Sink<T> for CopyInSink<T> {
    type Error = Error;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.poll_idle(cx)
    }

    fn start_send(mut self: Pin<&mut Self>, mut item: T) -> Result<()> {
        let State::Idle(mut copy) = std::mem::replace(&mut self.state, State::Over) else {
            return Err(Error::closed());
        };
        let data = item.copy_to_bytes(item.remaining());
        self.state = State::Sending(Box::pin(async move {
            let sent = copy.send(&data).await;
            (copy, sent)
        }));
        Ok(())
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.poll_idle(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.poll_idle(cx)
    }
}

pub struct CopyOutStream(BoxStream<'static, Result<Bytes>>);

impl CopyOutStream {
    pub(crate) fn new(copy: CopyOut) -> Self {
        let data = stream::unfold(copy, |mut copy| async {
            Some((copy.next().await.transpose()?.map_err(Error::from), copy))
        });
        Self(data.boxed())
    }
}

impl Stream for CopyOutStream {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx)
    }
}
