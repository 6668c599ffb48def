//! Whatever comes over the wire, nothing panics, and every request is answered.
//!
//! `SEED=… ROUNDS=… cargo test -p actor-remote-tests --test any_bytes` tries others.

#![expect(unreachable_pub, reason = "the handlers of an actor are `pub`")]

use std::{collections::BTreeMap, time::Duration};

use actor_remote::{Codec, Link};
use actor_remote_tests::raw::Raw;
use actor_runtime::{ActorHandle, Replies, Scope, actor};
use bytes::Bytes;
use fastrand::Rng;
use serde::{Deserialize, Serialize};
use tokio::{sync::mpsc::UnboundedReceiver, task::JoinSet, time::timeout};

/// A value of every kind that serde knows, and one that can be nested.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
enum Shape {
    #[default]
    Point,
    Circle(f64, f32),
    Line(i8, u16, i64),
    Label {
        text: String,
        sign: char,
        at: Option<Box<Shape>>,
    },
    Many(Vec<Shape>),
    Named(BTreeMap<String, Shape>),
    Numbered(BTreeMap<u8, bool>),
    Nothing(()),
}

impl Shape {
    fn example() -> Self {
        let label =
            Self::Label { text: "ä\"\\\n".to_owned(), sign: '€', at: Some(Box::default()) };
        let named = Self::Named(
            [("a".to_owned(), Self::Circle(0.5, -1.25)), (String::new(), Self::Nothing(()))].into(),
        );
        Self::Many(vec![
            label,
            named,
            Self::Numbered([(7, true)].into()),
            Self::Line(-1, 300, i64::MIN),
        ])
    }

    fn nested(depth: usize) -> Self {
        (0..depth).fold(Self::Point, |shape, _| Self::Many(vec![shape]))
    }
}

#[derive(Debug, Default)]
struct Painter;

#[actor(remote, mailbox = 8)]
impl Painter {
    pub fn paint(
        &mut self,
        shape: Shape,
        note: Option<String>,
        bytes: &[u8],
    ) -> (Shape, Option<String>, usize) {
        (shape, note, bytes.len())
    }

    #[cancel_safe(undelivered = back)]
    pub fn take(&mut self, shape: Shape) -> Shape {
        shape
    }

    fn back(&mut self, _: Shape) {}

    pub async fn repeat(&self, shape: Shape, times: u8, mut shapes: Replies<Shape>) {
        for _ in 0..times {
            if shapes.send(shape.clone()).await.is_err() {
                return;
            }
        }
    }
}

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |number| number.parse().expect("a number"))
}

/// The requests that a link sends for every method.
async fn requests(codec: Codec) -> Vec<Bytes> {
    let raw = Raw::default();
    let painter: PainterRemote = raw.link().codec(codec).find("painter");
    let short = Duration::from_millis(50);
    let _ =
        painter.paint(Shape::example(), Some("a".to_owned()), vec![1, 2, 3]).timeout(short).await;
    let _ = painter.paint(Shape::Point, None, vec![]).one_reply().timeout(short).await;
    let _ = painter.take(Shape::example()).timeout(short).await;
    let _ = painter.paint(Shape::nested(20), None, vec![]).cast().await;
    let _ = painter.repeat(Shape::example(), 10).timeout(short).next().await;
    raw.requests().into_iter().map(|(_, request)| request).collect()
}

/// One that is like the examples, or not.
fn mutated(examples: &[Bytes], random: &mut Rng) -> Vec<u8> {
    let mut bytes = examples[random.usize(0..examples.len())].to_vec();
    for _ in 0..random.usize(0..4) {
        let at = random.usize(0..=bytes.len());
        match random.u8(0..8) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, random.u8(..)),
            2 if at < bytes.len() => drop(bytes.remove(at)),
            3 if at < bytes.len() => bytes[at] ^= 1 << random.u8(0..8),
            4 if at < bytes.len() => bytes[at] = random.u8(..),
            5 => {
                let end = random.usize(at..=bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            6 => {
                let other = &examples[random.usize(0..examples.len())];
                let end = random.usize(at..=bytes.len());
                let begin = random.usize(0..=other.len());
                bytes.splice(at..end, other[begin..].to_vec());
            }
            _ => {
                let length = random.usize(0..20);
                bytes.splice(
                    at..at,
                    std::iter::repeat_with(|| random.u8(..)).take(length).collect::<Vec<_>>(),
                );
            }
        }
    }
    bytes
}

/// Those that a person would think of.
fn nasty() -> Vec<Vec<u8>> {
    let mut nasty: Vec<Vec<u8>> = vec![
        vec![],
        b"{}".to_vec(),
        b"[]".to_vec(),
        b"null".to_vec(),
        vec![0xa0],
        vec![0xbf],
        vec![0xff],
        vec![0xa1, 0xff],
        // Lengths that nobody has.
        vec![0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        vec![0xa1, 0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        vec![0xa1, 0x61, b'a', 0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        vec![0xa1, 0x61, b'a', 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        br#"{"method":1}"#.to_vec(),
        br#"{"method":null}"#.to_vec(),
        br#"{"method":"paint","arguments":7}"#.to_vec(),
        br#"{"method":"paint","arguments":[]}"#.to_vec(),
        br#"{"method":"paint","within_ms":-1}"#.to_vec(),
        br#"{"method":"paint","within_ms":18446744073709551615,"accepted":true}"#.to_vec(),
        br#"{"method":"paint","within_ms":18446744073709551616}"#.to_vec(),
        br#"{"method":"paint","caller":1.5,"number":"x"}"#.to_vec(),
        br#"{"method":"paint","method":"take"}"#.to_vec(),
        br#"{"method":"paint","arguments":{"shape":"Point","shape":"Point"}}"#.to_vec(),
        "{\"method\":\"pa\u{0}int\u{feff}\"}".into(),
        b"{\"method\":\"\xff\"}".to_vec(),
        br#"{"method":"\ud800"}"#.to_vec(),
        b" {\"method\":\"paint\"}".to_vec(),
        b"{\"method\":\"paint\"} ".to_vec(),
        b"{\"method\":\"paint\"}{}".to_vec(),
    ];
    for (open, close) in [(&b"["[..], &b"]"[..]), (br#"{"a":"#, b"}"), (br#"{"Many":["#, b"]}")] {
        for depth in [127, 128, 129, 100_000] {
            for name in
                [&br#"{"method":"take","arguments":{"shape":"#[..], br#"{"method":"take","other":"#]
            {
                let [open, close] = [open.repeat(depth), close.repeat(depth)];
                nasty.push(
                    [
                        name,
                        &open,
                        b"1",
                        &close,
                        if name.ends_with(b"other\":") { b"}" } else { b"}}" },
                    ]
                    .concat(),
                );
                nasty.push([name, &open].concat());
            }
        }
    }
    // An array, one without a length, a map, one without a length, a tag, bytes and text in parts.
    for open in [
        &[0x81][..],
        &[0x9f],
        &[0xa1, 0x61, b'a'],
        &[0xbf, 0x61, b'a'],
        &[0xc6],
        &[0x5f],
        &[0x7f],
        &[0x82, 0x01],
        &[0xa1, 0x64, b'M', b'a', b'n', b'y', 0x81],
    ] {
        for depth in [60, 127, 128, 129, 100_000] {
            // {"method": "take", "arguments": {"shape": …}}, and the same as a name of no argument.
            let head = b"\xa2\x66method\x64take\x69arguments\xa1\x65shape";
            nasty.push([&head[..], &open.repeat(depth), &[0x01]].concat());
            nasty.push([&head[..], &open.repeat(depth)].concat());
            nasty.push(open.repeat(depth));
        }
    }
    nasty
}

/// A painter that is served.
struct Served {
    raw: Raw,
    link: Link,
    painter: PainterHandle,
    _scope: Scope,
}

impl Served {
    async fn painter() -> Self {
        let (raw, scope) = (Raw::default(), Scope::new());
        let link = raw.link().timeout(Duration::from_millis(50));
        let painter: PainterHandle = scope.spawn(Painter);
        link.serve("painter", &painter, &scope).await.expect("it can be served");
        Self { raw, link, painter, _scope: scope }
    }

    async fn is_well(&self) {
        let answer = self.painter.paint(Shape::Point, None, []).await;
        assert_eq!(answer, Ok((Shape::Point, None, 0)));
        let request = br#"{"method":"take","arguments":{"shape":"Point"}}"#;
        let mut replies = self.raw.ask("painter", &request[..]);
        let reply = timeout(Duration::from_secs(5), replies.recv()).await;
        assert_eq!(
            reply.expect("an answer").as_deref(),
            Some(&br#"{"tell_when_read":true,"answer":"Point"}"#[..])
        );
        drop(replies);
        for _ in 0..5000 {
            if self.link.stats().serving == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("{:?}", self.link.stats());
    }
}

/// Waits for the last reply. One who tells who it is, and how long it waits, need not be answered if that says that it
/// has gone.
async fn is_answered(request: &[u8], mut replies: UnboundedReceiver<Bytes>) -> bool {
    let has = |name: &[u8]| request.windows(name.len()).any(|part| part == name);
    let mut count = 0;
    loop {
        let reply = timeout(Duration::from_secs(10), replies.recv()).await;
        match reply.unwrap_or_else(|_| panic!("no answer to {}", request.escape_ascii())) {
            Some(reply) => {
                assert!(matches!(reply[0], b'{' | 0xbf), "{}", reply.escape_ascii());
                count += 1;
            }
            None if count > 0 => return true,
            None => {
                assert!(
                    has(b"caller") || has(b"within_ms"),
                    "no answer to {}",
                    request.escape_ascii()
                );
                return false;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_request() {
    let (seed, rounds) = (number("SEED", 1), number("ROUNDS", 1000));
    let served = Served::painter().await;
    let mut random = Rng::with_seed(seed);
    for request in nasty() {
        let replies = served.raw.ask("painter", request.clone());
        is_answered(&request[..request.len().min(300)], replies).await;
    }
    served.is_well().await;
    let mut unanswered = 0;
    for examples in [requests(Codec::Json).await, requests(Codec::Cbor).await] {
        assert!(examples.len() >= 5);
        for _ in 0..rounds {
            let request = mutated(&examples, &mut random);
            let replies = served.raw.ask("painter", request.clone());
            unanswered += u64::from(!is_answered(&request, replies).await);
        }
    }
    assert!(unanswered < rounds / 4, "{unanswered} of {} are not answered", 2 * rounds);
    served.is_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_control_message() {
    let (seed, rounds) = (number("SEED", 1), number("ROUNDS", 1000));
    let served = Served::painter().await;
    let mut random = Rng::with_seed(seed);
    let examples = [
        r#"{"caller":7,"number":1,"cancel":true}"#,
        r#"{"caller":7,"number":1,"read":true}"#,
        r#"{"caller":7,"number":1,"taken":18446744073709551615,"asks":true}"#,
    ];
    let mut examples = examples.map(Bytes::from).to_vec();
    examples.push(Bytes::from_static(b"\xbf\x66caller\x07\x66number\x01\x65taken\x18\x20\xff"));
    let topics = served.raw.topics();
    assert_eq!(topics.len(), 2, "{topics:?}");
    let stream =
        r#"{"method":"repeat","caller":7,"number":1,"arguments":{"shape":"Point","times":255}}"#;
    for round in 0..rounds {
        let stream = (round % 100 == 0).then(|| served.raw.ask("painter", stream));
        let message = mutated(&examples, &mut random);
        for topic in &topics {
            served.raw.tell(topic, message.clone());
        }
        tokio::task::yield_now().await;
        drop(stream);
    }
    for nasty in nasty() {
        served.raw.tell(&topics[0], nasty);
    }
    served.is_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_reply() {
    let (seed, rounds) = (number("SEED", 1), number("ROUNDS", 1000));
    for codec in [Codec::Json, Codec::Cbor] {
        let mut examples = replies(codec).await;
        assert!(examples.len() > 15);
        examples.extend(nasty().into_iter().map(Bytes::from));
        let (raw, mut random) = (Raw::default(), Rng::with_seed(seed));
        let link = raw.link().codec(codec).timeout(Duration::from_millis(100));
        let mut calls = JoinSet::new();
        for round in 0..rounds {
            let painter: PainterRemote = link.find("painter");
            calls.spawn(async move {
                match round % 4 {
                    0 => drop(painter.take(Shape::Point).await),
                    1 => {
                        let mut shapes = painter.repeat(Shape::Point, 3);
                        while let Some(Ok(_)) = shapes.next().await {}
                    }
                    _ => drop(painter.paint(Shape::Point, None, vec![]).await),
                }
            });
            tokio::task::yield_now().await;
            for (number, _) in raw.requests() {
                for _ in 0..random.usize(1..5) {
                    raw.reply(number, mutated(&examples, &mut random));
                }
            }
        }
        let over = timeout(Duration::from_secs(30), calls.join_all()).await;
        over.expect("every call and every stream ends");
        assert_eq!(link.stats().waiting, 0);
    }
}

/// The replies that a link sends.
async fn replies(codec: Codec) -> Vec<Bytes> {
    let served = Served::painter().await;
    let mut all = Vec::new();
    for request in requests(codec).await {
        let mut replies = served.raw.ask("painter", request);
        while let Some(reply) = replies.recv().await {
            all.push(reply);
        }
    }
    let errors = match codec {
        Codec::Json => vec![
            &br#"{"error":{"kind":"panicked","message":"a"}}"#[..],
            br#"{"sent":3}"#,
            br#"{"accepted":7}"#,
        ],
        Codec::Cbor => vec![
            &b"\xbf\x65error\xbf\x64kind\x64full\xff\xff"[..],
            b"\xa1\x64sent\x03",
            b"\xa1\x68accepted\x07",
        ],
    };
    all.extend(errors.into_iter().map(Bytes::from_static));
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_nested_too_deep_is_refused() {
    let (there, here) = {
        let network = actor_remote::Network::new();
        (network.link(), network.link())
    };
    let scope = Scope::new();
    let painter: PainterHandle = scope.spawn(Painter);
    there.serve("painter", &painter, &scope).await.expect("it can be served");
    for codec in [Codec::Json, Codec::Cbor] {
        let remote: PainterRemote = here.clone().codec(codec).find("painter");
        let shape = Shape::nested(40);
        assert_eq!(remote.take(shape.clone()).await, Ok(shape));
        let error = remote.take(Shape::nested(300)).await.expect_err("it is too deep");
        assert!(error.is_safe_to_retry(), "{error}");
    }
    assert_eq!(painter.stats().counts.handled, 2);
}
