//! Bodies that lose nothing: each is accepted by `#[cancel_safe]`, and gives the same result when it is
//! dropped at each place where it waits and called again.
//!
//! `losses.rs` has their counterparts. The first ten are those of `docs/cancel-safety.md`.

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use actor_runtime::{cancel_safe, cancel_safe::drop_everywhere, select};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    sync::{Notify, Semaphore, mpsc},
    time::{Interval, interval, sleep},
};
use tokio_util::bytes::BytesMut;

const PAUSE: Duration = Duration::from_millis(1);

/// 1, 2, .. 6, and a pause before each.
fn numbers() -> mpsc::Receiver<u32> {
    let (tx, rx) = mpsc::channel(1);
    tokio::spawn(async move {
        for number in 1..=6 {
            sleep(PAUSE).await;
            if tx.send(number).await.is_err() {
                return;
            }
        }
    });
    rx
}

/// `text`, and a pause before each byte.
fn stream(text: &'static [u8]) -> DuplexStream {
    let (mut writer, stream) = tokio::io::duplex(8);
    tokio::spawn(async move {
        for byte in text {
            sleep(PAUSE).await;
            if writer.write_all(&[*byte]).await.is_err() {
                return;
            }
        }
    });
    stream
}

/// The other end of a stream, with what has come out of it so far.
struct Sink {
    rx: mpsc::Receiver<u8>,
    got: Vec<u8>,
}

impl Sink {
    /// The first five bytes.
    async fn five(&mut self) -> Vec<u8> {
        while self.got.len() < 5 {
            let byte = self.rx.recv().await;
            self.got.extend(byte);
        }
        self.got.clone()
    }
}

/// A stream with room for two bytes.
fn sink() -> (DuplexStream, Sink) {
    let (stream, mut reader) = tokio::io::duplex(2);
    let (tx, rx) = mpsc::channel(64);
    tokio::spawn(async move {
        loop {
            sleep(PAUSE).await;
            let Ok(byte) = reader.read_u8().await else { return };
            if tx.send(byte).await.is_err() {
                return;
            }
        }
    });
    (stream, Sink { rx, got: Vec::new() })
}

/// Declares a body, and the test that drops it at each wait. `seen` is what is compared.
macro_rules! keeps {
    ($name:ident { $($field:ident: $ty:ty = $init:expr;)* } waits $waits:expr, $state:ident, $result:ident => $seen:expr; $($op:tt)*) => {
        mod $name {
            use super::*;

            struct S { $($field: $ty),* }

            impl S { #[cancel_safe] $($op)* }

            #[tokio::test(start_paused = true)]
            async fn loses_nothing() {
                let setup = || S { $($field: $init),* };
                let run = async |state: &mut S| {
                    let $result = state.op().await;
                    let $state = state;
                    $seen
                };
                let places = drop_everywhere(setup, run, |_, seen| seen.clone()).await;
                assert!(places >= $waits, "it waited at {places} places");
            }
        }
    };
}

keeps! { a_buffer_in_self { stream: DuplexStream = stream(b"123\n"); buffer: Vec<u8> = vec![]; }
waits 4, _s, r => r.unwrap();
async fn op(&mut self) -> io::Result<Vec<u8>> {
    while !self.buffer.ends_with(b"\n") { self.stream.read_buf(&mut self.buffer).await?; }
    Ok(std::mem::take(&mut self.buffer))
} }

keeps! { a_decision_that_is_kept { stream: DuplexStream = stream(&[1, 7]); kind: Option<u8> = None; }
waits 2, _s, r => r.unwrap();
async fn op(&mut self) -> io::Result<(u8, u8)> {
    if self.kind.is_none() { self.kind = Some(self.stream.read_u8().await?); }
    let argument = match self.kind { Some(1) => self.stream.read_u8().await?, _ => 0 };
    Ok((self.kind.take().unwrap_or(0), argument))
} }

keeps! { two_steps { stream: DuplexStream = stream(&[1, 7]); header: Option<u8> = None; body: Option<u8> = None; }
waits 2, s, r => { r.unwrap(); (s.header, s.body) };
async fn op(&mut self) -> io::Result<()> {
    if self.header.is_none() { self.header = Some(self.stream.read_u8().await?); }
    if self.body.is_none() { self.body = Some(self.stream.read_u8().await?); }
    Ok(())
} }

keeps! { looked_at_until_it_is_written {
    sink: (DuplexStream, Sink) = sink(); pending: VecDeque<u8> = [1, 2, 3, 4, 5].into();
}
waits 2, s, r => {
    r.unwrap();
    s.sink.1.five().await
};
async fn op(&mut self) -> io::Result<()> {
    while !self.pending.is_empty() {
        let written = self.sink.0.write(self.pending.as_slices().0).await?;
        self.pending.drain(..written);
    }
    Ok(())
} }

keeps! { room_first {
    rx: mpsc::Receiver<u32> = numbers(); next: Option<u32> = None;
    out: (mpsc::Sender<u32>, mpsc::Receiver<u32>) = mpsc::channel(1);
}
waits 1, s, r => (r, s.out.1.try_recv().ok());
async fn op(&mut self) -> Option<()> {
    if self.next.is_none() { self.next = Some(self.rx.recv().await?); }
    let room = requeue(self.out.0.reserve()).await.ok()?;
    room.send(self.next.take()?);
    Some(())
} }

keeps! { a_position_in_self { sink: (DuplexStream, Sink) = sink(); sent: usize = 0; }
waits 1, s, r => {
    r.unwrap();
    s.sink.1.five().await
};
async fn op(&mut self) -> io::Result<()> {
    while self.sent < 5 { self.sent += self.sink.0.write(&[1, 2, 3, 4, 5][self.sent..]).await?; }
    Ok(())
} }

keeps! { counted_behind_the_wait { rx: mpsc::Receiver<u32> = numbers(); received: u64 = 0; }
waits 1, s, r => (r, s.received);
async fn op(&mut self) -> Option<u32> {
    let item = self.rx.recv().await;
    self.received += 1;
    item
} }

mod a_lent_argument {
    use super::*;

    struct S {
        rx: mpsc::Receiver<u32>,
        item: Option<String>,
        items: Vec<String>,
    }

    #[cancel_safe]
    async fn push(
        rx: &mut mpsc::Receiver<u32>,
        item: &mut Option<String>,
        items: &mut Vec<String>,
    ) {
        rx.recv().await;
        items.extend(item.take());
    }

    #[tokio::test(start_paused = true)]
    async fn loses_nothing() {
        let setup = || S { rx: numbers(), item: Some("it".to_owned()), items: Vec::new() };
        let run = async |state: &mut S| {
            push(&mut state.rx, &mut state.item, &mut state.items).await;
            state.items.clone()
        };
        assert_eq!(drop_everywhere(setup, run, |_, items| items.clone()).await, 1);
    }
}

keeps! { two_at_once {
    left: mpsc::Receiver<u32> = numbers(); right: mpsc::Receiver<u32> = numbers();
    pair: (Option<u32>, Option<u32>) = (None, None);
}
waits 1, _s, r => r;
async fn op(&mut self) -> (Option<u32>, Option<u32>) {
    while self.pair.0.is_none() || self.pair.1.is_none() {
        select! {
            left = self.left.recv(), if self.pair.0.is_none() => self.pair.0 = left,
            right = self.right.recv(), if self.pair.1.is_none() => self.pair.1 = right,
            else => break,
        }
    }
    std::mem::take(&mut self.pair)
} }

keeps! { a_pause_that_may_be_repeated { rx: mpsc::Receiver<u32> = numbers(); }
waits 1, _s, r => r;
async fn op(&mut self) -> Option<u32> {
    repeatable(sleep(Duration::from_micros(10))).await;
    self.rx.recv().await
} }

keeps! { left_with_what_was_taken { queue: VecDeque<u32> = [].into(); rx: mpsc::Receiver<u32> = numbers(); }
waits 1, _s, r => r;
async fn op(&mut self) -> Option<u32> {
    if let Some(first) = self.queue.pop_front() { return Some(first); }
    self.rx.recv().await
} }

keeps! { taken_in_a_guarded_block {
    queue: VecDeque<u32> = [3, 4].into(); job: Option<u32> = None; rx: mpsc::Receiver<u32> = numbers();
}
waits 1, s, r => (r, s.queue.clone());
async fn op(&mut self) -> Option<u32> {
    if self.job.is_none() { self.job = Some(self.queue.pop_front()?); }
    let factor = self.rx.recv().await?;
    Some(self.job.take()? * factor)
} }

keeps! { taken_behind_the_wait { queue: VecDeque<u32> = [3, 4].into(); rx: mpsc::Receiver<u32> = numbers(); }
waits 1, s, r => (r, s.queue.clone());
async fn op(&mut self) -> Option<u32> {
    let first = *self.queue.front()?;
    let factor = self.rx.recv().await?;
    self.queue.pop_front();
    Some(first * factor)
} }

keeps! { gathered_in_self { rx: mpsc::Receiver<u32> = numbers(); got: Vec<u32> = vec![]; }
waits 3, _s, r => r;
async fn op(&mut self) -> Vec<u32> {
    while self.got.len() < 3 {
        let next = self.rx.recv().await;
        self.got.extend(next);
    }
    std::mem::take(&mut self.got)
} }

keeps! { filtered { rx: mpsc::Receiver<u32> = numbers(); }
waits 4, _s, r => r;
async fn op(&mut self) -> Option<u32> {
    loop {
        let next = self.rx.recv().await?;
        if next % 4 == 0 { return Some(next); }
    }
} }

keeps! { a_flag_that_is_asked { rx: mpsc::Receiver<u32> = numbers(); greeted: bool = false; log: Vec<u32> = vec![]; }
waits 2, s, r => (r, s.log.clone());
async fn op(&mut self) -> Option<u32> {
    if !self.greeted {
        let greeting = self.rx.recv().await;
        self.log.extend(greeting);
        self.greeted = true;
    }
    self.rx.recv().await
} }

keeps! { a_state_machine { rx: mpsc::Receiver<u32> = numbers(); step: u8 = 0; sum: u32 = 0; }
waits 2, s, r => (r, s.step);
async fn op(&mut self) -> Option<u32> {
    loop {
        match self.step {
            0 => {
                self.sum = self.rx.recv().await?;
                self.step = 1;
            }
            1 => {
                self.sum *= self.rx.recv().await?;
                self.step = 2;
            }
            _ => return Some(self.sum),
        }
    }
} }

keeps! { a_shared_queue { queue: Arc<Mutex<VecDeque<u32>>> = Arc::new(Mutex::new([3, 4].into())); rx: mpsc::Receiver<u32> = numbers(); }
waits 1, s, r => (r, s.queue.lock().unwrap().clone());
async fn op(&mut self) -> Option<u32> {
    let waiting = self.queue.lock().unwrap().len() as u32;
    let next = self.rx.recv().await?;
    let first = self.queue.lock().unwrap().pop_front()?;
    Some(first * next + waiting)
} }

keeps! { a_view_of_a_part { rx: Option<mpsc::Receiver<u32>> = Some(numbers()); }
waits 1, _s, r => r;
async fn op(&mut self) -> Option<u32> {
    let rx = self.rx.as_mut()?;
    rx.recv().await
} }

keeps! { a_heartbeat { ticks: Interval = interval(PAUSE); rx: mpsc::Receiver<u32> = numbers(); missed: u32 = 0; }
waits 2, _s, r => r;
async fn op(&mut self) -> Option<u32> {
    while self.missed < 3 {
        select! {
            biased;
            next = self.rx.recv() => return next,
            _ = self.ticks.tick() => self.missed += 1,
        }
    }
    None
} }

keeps! { a_permit_behind_an_arc { shared: Arc<(Semaphore, Notify)> = Arc::new((Semaphore::new(1), Notify::new())); rx: mpsc::Receiver<u32> = numbers(); }
waits 1, _s, r => r;
async fn op(&mut self) -> Option<u32> {
    let shared = Arc::clone(&self.shared);
    let _permit = repeatable(requeue(shared.0.acquire())).await;
    self.rx.recv().await
} }

keeps! { a_name_that_only_looks_like_an_act { rx: mpsc::Receiver<u32> = numbers(); port: u16 = 80; }
waits 1, _s, r => r;
async fn op(&mut self) -> Option<u32> {
    let port: u32 = self.port.into();
    Some(self.rx.recv().await? + port)
} }

keeps! { room_that_is_made_first { stream: DuplexStream = stream(b"123"); buffer: BytesMut = BytesMut::new(); }
waits 1, s, r => (r.unwrap(), s.buffer.to_vec());
async fn op(&mut self) -> io::Result<usize> {
    self.buffer.reserve(8);
    self.stream.read_buf(&mut self.buffer).await
} }
