//! Property tests of requests, patterns, replies and numbers.

use actor_runtime::cancel_safe::assume_cancel_safe;
use bytes::{Bytes, BytesMut};
use mini_redis_actors::{
    frame::{Frame, Protocol},
    glob,
    number::parse_integer,
    reader::{FrameReader, Words},
};
use proptest::{collection::vec, prelude::*};
use redis_protocol::{resp2, resp3};
use tokio::io::AsyncWriteExt;

use crate::support::client::request;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime")
}

/// Reads requests that arrive in parts, and drops each `read_frame` that stays pending across a yield.
async fn read_in_parts(parts: Vec<Vec<u8>>) -> Vec<Words> {
    let (mut client, server) = tokio::io::duplex(64);
    let mut reader = FrameReader::new(server);
    let mut got = Vec::new();
    let writing = async move {
        for part in parts {
            client.write_all(&part).await.expect("it is read");
            tokio::task::yield_now().await;
        }
    };
    let reading = async {
        let mut yielding = Box::pin(tokio::task::yield_now());
        loop {
            actor_runtime::select! {
                biased;
                read = reader.read_frame() => match read.expect("the requests are right") {
                    Some(words) => got.push(words),
                    None => return got,
                },
                () = assume_cancel_safe("yielding has no effect that could be lost", &mut yielding) => {
                    yielding = Box::pin(tokio::task::yield_now());
                }
            }
        }
    };
    tokio::join!(writing, reading).1
}

fn words() -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(vec(any::<u8>(), 0..40), 1..6)
}

/// Frames nested up to a depth of three.
fn frame() -> impl Strategy<Value = Frame> {
    let leaf = prop_oneof![
        Just(Frame::OK),
        Just(Frame::Null),
        any::<i64>().prop_map(Frame::Integer),
        vec(any::<u8>(), 0..40).prop_map(|bytes| Frame::Bulk(bytes.into())),
        "[a-z ]{0,20}".prop_map(|text| Frame::Error(text.into())),
        any::<i32>().prop_map(|number| Frame::Double(f64::from(number) / 8.0)),
        "[a-z]{0,20}".prop_map(Frame::Text),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Frame::Array),
            vec(inner.clone(), 1..5).prop_map(Frame::Array),
            vec((Just(Frame::Integer(1)), inner), 0..2).prop_map(Frame::Map),
        ]
    })
}

/// The definition of a match, which takes exponential time.
fn matches_plainly(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => {
            (0..=text.len()).any(|taken| matches_plainly(rest, &text[taken..]))
        }
        ([b'?', rest @ ..], [_, after @ ..]) => matches_plainly(rest, after),
        ([byte, rest @ ..], [other, after @ ..]) if byte == other => matches_plainly(rest, after),
        _ => false,
    }
}

proptest! {
    #[test]
    fn requests_split_anywhere_are_decoded_intact(
        requests in vec(words(), 1..6),
        cuts in vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let mut bytes = Vec::new();
        for words in &requests {
            let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
            bytes.extend_from_slice(&request(&words));
        }
        let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        ends.push(bytes.len());
        ends.sort_unstable();
        let mut parts = Vec::new();
        let mut start = 0;
        for end in ends {
            parts.push(bytes[start..end].to_vec());
            start = end;
        }
        let got = runtime().block_on(read_in_parts(parts));
        let expected: Vec<Words> =
            requests.into_iter().map(|words| words.into_iter().map(Bytes::from).collect()).collect();
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn arbitrary_bytes_do_not_panic_the_reader(bytes in vec(prop_oneof![Just(b'*'), Just(b'$'), Just(b'1'), Just(b'\r'), Just(b'\n'), any::<u8>()], 0..60)) {
        runtime().block_on(async {
            let mut reader = FrameReader::new(&bytes[..]);
            let mut words = 0;
            while let Ok(Some(request)) = reader.read_frame().await {
                assert!(!request.is_empty());
                words += request.len();
            }
            assert!(words <= bytes.len());
        });
    }

    #[test]
    fn encoded_frames_are_decoded_by_redis_protocol(frame in frame()) {
        let mut bytes = BytesMut::new();
        frame.encode(Protocol::Resp2, &mut bytes);
        let (_, length) = resp2::decode::decode_range(&bytes).unwrap().expect("all of it");
        prop_assert_eq!(length, bytes.len());
        bytes.clear();
        frame.encode(Protocol::Resp3, &mut bytes);
        let (_, length) = resp3::decode::complete::decode_range(&bytes).unwrap().expect("all of it");
        prop_assert_eq!(length, bytes.len());
    }

    #[test]
    fn glob_matching_agrees_with_its_definition(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
        let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
        prop_assert_eq!(glob::matches(pattern, text), matches_plainly(pattern, text));
    }

    #[test]
    fn integers_round_trip(number: i64) {
        prop_assert_eq!(parse_integer(number.to_string().as_bytes()), Some(number));
    }
}
