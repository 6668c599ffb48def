//! Every known method and type as a branch of `select!`. The test is that this compiles.

use std::{io, time::Duration};

use actor_runtime::{
    cancel_safe::{BoxCancelSafe, CancelSafe, CancelSafeMethod, IntoCancelSafe, m, timeout},
    select,
};
use futures::{Stream, StreamExt};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket, UnixDatagram, UnixListener, UnixStream},
    sync::{SetOnce, broadcast, mpsc, oneshot, watch},
    task::{JoinHandle, JoinSet},
    time::{Interval, sleep},
};
use tokio_stream::StreamMap;
use tokio_util::{
    sync::CancellationToken,
    task::{JoinMap, JoinQueue, TaskTracker},
};

/// A function with arguments of the known types, which is compiled and never called.
macro_rules! known {
    ($name:ident($($argument:ident: $ty:ty),* $(,)?) { $($future:expr),* $(,)? }) => {
        #[allow(dead_code, unused_mut, unused_variables, clippy::too_many_arguments)]
        async fn $name($(mut $argument: $ty),*) {
            $( select! { _ = $future => {} } )*
        }
    };
}

known! { channels(
    receiver: mpsc::Receiver<u8>, unbounded: mpsc::UnboundedReceiver<u8>, sender: mpsc::Sender<u8>,
    unbounded_sender: mpsc::UnboundedSender<u8>, broadcast: broadcast::Receiver<u8>,
    watch: watch::Receiver<u8>, watch_sender: watch::Sender<u8>, once: SetOnce<u8>,
    reply: oneshot::Sender<u8>, answer: oneshot::Receiver<u8>, many: Vec<u8>,
) {
    receiver.recv(), receiver.recv_many(&mut many, 1), &mut receiver,
    unbounded.recv(), unbounded.recv_many(&mut many, 1), &mut unbounded,
    sender.closed(), unbounded_sender.closed(), broadcast.recv(), &mut broadcast,
    watch.changed(), &mut watch, watch_sender.closed(), once.wait(), reply.closed(), &mut answer,
    timeout(Duration::ZERO, &mut answer),
} }

known! { wait_for(watch: watch::Receiver<u8>) { watch.wait_for(|value| *value == 1) } }

known! { tasks(handle: JoinHandle<u8>, set: JoinSet<u8>, ticks: Interval) {
    &mut handle, set.join_next(), set.join_next_with_id(), &mut set, ticks.tick(), &mut ticks,
    sleep(Duration::ZERO), timeout(Duration::ZERO, sleep(Duration::ZERO)),
    tokio::time::timeout(Duration::ZERO, &mut handle),
    tokio::task::unconstrained(sleep(Duration::ZERO)),
} }

known! { sockets(
    listener: TcpListener, stream: TcpStream, udp: UdpSocket, unix: UnixListener,
    unix_stream: UnixStream, datagram: UnixDatagram, bytes: [u8; 4],
) {
    listener.accept(), &listener, stream.readable(), stream.writable(), stream.peek(&mut bytes),
    stream.ready(tokio::io::Interest::READABLE), udp.recv(&mut bytes), udp.send(&bytes),
    udp.recv_from(&mut bytes), udp.send_to(&bytes, "[::1]:1"), udp.readable(), udp.writable(),
    unix.accept(), &unix, unix_stream.readable(), datagram.recv(&mut bytes), datagram.send(&bytes),
} }

known! { halves(read: tokio::net::tcp::ReadHalf<'_>, write: tokio::net::unix::WriteHalf<'_>) {
    read.readable(), write.writable(),
} }

known! { owned_halves(
    read: tokio::net::tcp::OwnedReadHalf, write: tokio::net::tcp::OwnedWriteHalf,
    bytes: [u8; 4],
) {
    read.readable(), write.writable(), read.read(&mut bytes), write.write(&bytes),
} }

known! { input_and_output(
    stream: TcpStream, reader: tokio::io::BufReader<TcpStream>, bytes: [u8; 4], many: Vec<u8>,
    rest: &[u8], slices: Vec<io::IoSlice<'_>>,
) {
    stream.read(&mut bytes), stream.read_buf(&mut many), stream.read_u8(), stream.read_i8(),
    reader.fill_buf(), stream.write(&bytes), stream.write_buf(&mut rest), stream.flush(),
    stream.write_vectored(&slices),
} }

known! { lines(
    lines: tokio::io::Lines<tokio::io::BufReader<TcpStream>>, child: tokio::process::Child,
    signal: tokio::signal::unix::Signal, folder: tokio::fs::ReadDir,
) {
    lines.next_line(), child.wait(), &mut child, signal.recv(), &mut signal, folder.next_entry(),
} }

known! { util(
    token: CancellationToken, tracker: TaskTracker, map: JoinMap<u8, u8>, queue: JoinQueue<u8>,
    streams: StreamMap<u8, tokio_stream::Empty<u8>>,
    buffer: Vec<(u8, u8)>,
) {
    token.cancelled(), token.clone().cancelled_owned(), &token, tracker.wait(), &tracker,
    map.join_next(), queue.join_next(), queue.join_next_with_id(), streams.next(),
    streams.next_many(&mut buffer, 4),
} }

known! { futures_of_futures(stream: futures::stream::Empty<u8>) {
    stream.next(), StreamExt::next(&mut stream), futures::future::pending::<()>(),
    futures::future::ready(1), futures::FutureExt::fuse(std::future::ready(1)),
    futures::FutureExt::map(std::future::ready(1), |one| one + 1),
    futures::future::OptionFuture::from(Some(std::future::ready(1))),
    futures::future::Either::<_, std::future::Ready<u8>>::Left(std::future::ready(1)),
} }

/// In generic code, with bounds.
#[allow(dead_code)]
async fn generic<S, R, W, F>(mut stream: S, mut reader: R, mut writer: W, future: F) -> usize
where
    S: Stream<Item = u8> + Unpin,
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
    F: CancelSafe<Output = usize>,
{
    let mut bytes = [0; 8];
    select! {
        Some(byte) = stream.next() => byte.into(),
        Ok(read) = reader.read(&mut bytes) => read,
        Ok(written) = writer.write(b"x") => written,
        given = future => given,
        else => 0,
    }
}

/// Receivers behind references, boxes and guards, and in fields and indices.
#[tokio::test]
#[expect(
    clippy::explicit_auto_deref,
    clippy::needless_borrow,
    reason = "that they are looked through is what is tested"
)]
async fn receivers_are_looked_through() {
    struct Holder {
        receiver: mpsc::Receiver<u8>,
        maybe: Option<mpsc::Receiver<u8>>,
        boxed: Box<mpsc::Receiver<u8>>,
        several: [mpsc::Receiver<u8>; 2],
    }
    let make = || mpsc::channel::<u8>(1).1;
    let holder = &mut Holder {
        receiver: make(),
        maybe: Some(make()),
        boxed: Box::new(make()),
        several: [make(), make()],
    };
    select! { None = holder.receiver.recv() => {} }
    select! { None = holder.boxed.recv() => {} }
    select! { None = holder.maybe.as_mut().unwrap().recv() => {} }
    select! { None = holder.maybe.as_mut().expect("there is one").recv() => {} }
    let index = 1;
    select! { None = holder.several[index].recv() => {}, else => {} }
    select! { None = (*holder).receiver.recv() => {} }
    select! { None = (&mut holder.receiver).recv() => {}, else => {} }
    let lent = &mut holder.receiver;
    select! { None = lent.recv() => {} }
    let mut lent_twice = &mut *lent;
    let lent_twice = &mut lent_twice;
    select! { None = lent_twice.recv() => {} }
    select! { None = lent => {} }
    let lock = tokio::sync::Mutex::new(make());
    let mut guard = lock.lock().await;
    select! { None = guard.recv() => {} }
    let sender = std::sync::Arc::new(mpsc::channel::<u8>(1).0);
    select! { () = sender.closed() => {} }
}

/// Implementations for a user's types.
#[tokio::test]
async fn types_of_users() {
    struct Orders(mpsc::Receiver<u8>);

    impl Orders {
        async fn recv(&mut self) -> Option<u8> {
            self.0.recv().await
        }

        fn next_order(&mut self) -> impl CancelSafe<Output = Option<u8>> {
            (&mut self.0).into_cancel_safe()
        }

        fn boxed(&mut self) -> BoxCancelSafe<'_, Option<u8>> {
            Box::pin(self.next_order())
        }
    }

    impl CancelSafeMethod<m::recv> for Orders {}

    impl IntoCancelSafe for &mut Orders {
        type Output = Option<u8>;

        fn into_cancel_safe(self) -> impl CancelSafe<Output = Option<u8>> {
            self.next_order()
        }
    }

    let (sender, receiver) = mpsc::channel(4);
    let mut orders = Orders(receiver);
    for order in 1..=4 {
        sender.send(order).await.unwrap();
    }
    select! { order = orders.recv() => assert_eq!(order, Some(1)) }
    select! { order = &mut orders => assert_eq!(order, Some(2)) }
    select! { order = orders.next_order() => assert_eq!(order, Some(3)) }
    select! { order = orders.boxed() => assert_eq!(order, Some(4)) }
    drop(sender);
    let mut boxed = orders.boxed();
    select! { order = &mut boxed => assert_eq!(order, None) }
}

/// A future that is not cancel safe may be borrowed, since it is not dropped.
#[tokio::test]
async fn any_future_may_be_borrowed() {
    async fn unmarked() -> u8 {
        tokio::task::yield_now().await;
        7
    }
    let mut pinned = std::pin::pin!(unmarked());
    loop {
        select! {
            seven = &mut pinned => { assert_eq!(seven, 7); break }
            () = std::future::ready(()) => {}
        }
    }
    let mut pinned = std::pin::pin!(unmarked());
    select! { seven = pinned.as_mut() => assert_eq!(seven, 7) }
    let pinned = std::pin::pin!(unmarked());
    select! { seven = pinned => assert_eq!(seven, 7) }
    let mut boxed = Box::pin(unmarked());
    select! { seven = &mut boxed => assert_eq!(seven, 7) }
    let mut task = tokio::spawn(unmarked());
    select! { seven = &mut task => assert_eq!(seven.unwrap(), 7) }
}
