//! The format: what is written is read, and what is not a stream is one clear error.

use std::pin::pin;

use actor_examples::telemetry::frame::{
    Fault, Frame, FrameReader, HEADER, MAX_PAYLOAD, Priority, ReadError,
};
use tokio::io::AsyncWriteExt;

use super::{emergency, routine};

fn stream(frames: &[Frame]) -> Vec<u8> {
    let mut bytes = HEADER.to_vec();
    frames.iter().for_each(|frame| frame.encode(&mut bytes));
    bytes
}

async fn read(bytes: &[u8]) -> (Vec<Frame>, Option<(u64, u64, Fault)>) {
    let mut reader = FrameReader::new(bytes);
    let mut frames = Vec::new();
    loop {
        match reader.next().await {
            Ok(Some(frame)) => frames.push(frame),
            Ok(None) => return (frames, None),
            Err(ReadError::Malformed(error)) => {
                return (frames, Some((error.frame, error.offset, error.fault)));
            }
            Err(ReadError::Io(error)) => panic!("bytes in memory do not break: {error}"),
        }
    }
}

/// Checks that one good frame is read from `bytes`, and then this fault is found where it is.
async fn check(bytes: &[u8], fault: Fault) {
    let (frames, found) = read(bytes).await;
    let offset = (stream(&[routine(1, 0)]).len()) as u64;
    assert_eq!(frames, [routine(1, 0)]);
    assert_eq!(found, Some((1, offset, fault)));
}

#[tokio::test]
async fn what_is_written_is_read() {
    let longest = Frame { payload: vec![7; MAX_PAYLOAD].into(), ..emergency(u32::MAX, u64::MAX) };
    let shortest = Frame { payload: Box::default(), ..routine(0, 0) };
    let frames = [routine(1, 0), longest, shortest, emergency(2, 5)];
    assert_eq!(read(&stream(&frames)).await, (frames.to_vec(), None));
}

#[tokio::test]
async fn the_documented_bytes_are_the_bytes() {
    let frame = Frame {
        satellite: 0x0102_0304,
        sequence: 5,
        priority: Priority::Emergency,
        payload: (*b"hi").into(),
    };
    let mut expected = b"TLMY\x01".to_vec();
    expected.extend(b"\x00\x00\x00\x13");
    expected.extend(b"\x01\x02\x03\x04\x00\x00\x00\x00\x00\x00\x00\x05\x01hi");
    expected.extend(crc32fast::hash(&expected[9..]).to_be_bytes());
    assert_eq!(stream(&[frame]), expected);
}

#[tokio::test]
async fn a_stream_without_frames_is_one() {
    assert_eq!(read(&HEADER).await, (Vec::new(), None));
}

#[tokio::test]
async fn each_fault_is_named_with_its_place() {
    let good = stream(&[routine(1, 0)]);
    let mut next = Vec::new();
    routine(1, 1).encode(&mut next);

    for (length, stated) in [(u32::MAX, u32::MAX), (16, 16), (4114, 4114)] {
        let bytes = [&good[..], &length.to_be_bytes()].concat();
        check(&bytes, Fault::Length(stated)).await;
    }
    let mut priority = next[..next.len() - 4].to_vec();
    priority[16] = 2;
    let checksum = crc32fast::hash(&priority[4..]);
    let bytes = [&good[..], &priority, &checksum.to_be_bytes()].concat();
    check(&bytes, Fault::Priority(2)).await;
}

#[tokio::test]
async fn every_flipped_bit_of_a_body_is_found() {
    let bytes = stream(&[routine(1, 0)]);
    let body = HEADER.len() + 4;
    for bit in body * 8..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let (frames, fault) = read(&flipped).await;
        assert!(frames.is_empty(), "bit {bit}");
        assert!(matches!(fault, Some((0, 5, Fault::Checksum { .. }))), "bit {bit}: {fault:?}");
    }
}

#[tokio::test]
async fn every_cut_is_found() {
    let frames = [routine(1, 0), routine(1, 1)];
    let bytes = stream(&frames);
    let ends = [HEADER.len(), stream(&frames[..1]).len(), bytes.len()];
    for cut in 0..=bytes.len() {
        let (read, fault) = read(&bytes[..cut]).await;
        let whole = ends.iter().rposition(|end| *end <= cut);
        assert_eq!(read.len(), whole.unwrap_or(0), "cut at {cut}");
        assert_eq!(fault.is_none(), ends.contains(&cut), "cut at {cut}: {fault:?}");
        if let Some((_, _, fault)) = fault {
            assert!(matches!(fault, Fault::CutOff { had, of } if had < of), "{fault:?}");
        }
    }
}

#[tokio::test]
async fn another_format_is_told_apart() {
    let (_, fault) = read(b"GET / HTTP/1.1\r\n").await;
    assert_eq!(fault, Some((0, 0, Fault::NotTelemetry(*b"GET "))));
    let (_, fault) = read(b"TLMY\x02").await;
    assert_eq!(fault, Some((0, 0, Fault::Version(2))));
}

/// `next` is dropped wherever it waits, at every byte, and loses nothing.
#[tokio::test]
async fn a_dropped_read_loses_nothing() {
    let frames = [routine(1, 0), emergency(1, 1), routine(1, 2)];
    let (mut writer, reader) = tokio::io::duplex(1);
    let mut reader = FrameReader::new(reader);
    let mut read = Vec::new();
    for byte in stream(&frames) {
        writer.write_all(&[byte]).await.unwrap();
        let mut next = pin!(reader.next());
        if let std::task::Poll::Ready(frame) = futures_poll(next.as_mut()).await {
            read.extend(frame.unwrap());
        }
    }
    assert_eq!(read, frames);
    drop(writer);
    assert_eq!(reader.next().await.unwrap(), None);
}

/// Polls once.
async fn futures_poll<F: Future>(mut future: std::pin::Pin<&mut F>) -> std::task::Poll<F::Output> {
    std::future::poll_fn(|cx| std::task::Poll::Ready(future.as_mut().poll(cx))).await
}
