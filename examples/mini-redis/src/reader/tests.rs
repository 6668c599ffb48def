//! Tests of the memory that requests keep.

use std::io::Write;

use super::*;

fn request(words: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        write!(bytes, "${}\r\n", word.len()).expect("a vector takes all");
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// Reads all requests, from a stream that has `step` bytes at a time.
async fn read(bytes: &[u8], step: usize) -> Vec<Words> {
    let (mut client, server) = tokio::io::duplex(step);
    let bytes = bytes.to_vec();
    tokio::spawn(async move { tokio::io::AsyncWriteExt::write_all(&mut client, &bytes).await });
    let mut reader = FrameReader::new(server);
    let mut requests = Vec::new();
    while let Some(words) = reader.read_frame().await.expect("a stream of requests") {
        requests.push(words);
    }
    requests
}

#[tokio::test]
async fn a_large_word_keeps_at_most_twice_its_length_in_memory() {
    let word = |length| vec![b'x'; length];
    let set = |length| request(&[b"SET".to_vec(), b"key".to_vec(), word(length)]);
    let mset = request(&[word(LARGE), word(5 * LARGE), word(40 * LARGE), word(LARGE), word(1)]);
    let pipeline = [set(1), set(100 * LARGE), set(LARGE), mset.clone(), set(LARGE + 7)].concat();
    for bytes in [set(LARGE), set(3 * LARGE), set(100 * LARGE), mset, pipeline] {
        for step in [5_000, READ_SIZE, 1 << 20] {
            let words = read(&bytes, step).await.into_iter().flatten();
            let large: Vec<Bytes> = words.filter(|word| word.len() >= LARGE).collect();
            for word in large {
                let length = word.len();
                // A slice of a buffer has the rest of it as its capacity.
                let kept = word.try_into_mut().map_or(usize::MAX, |word| word.capacity());
                assert!(kept <= 2 * length, "{length} bytes keep {kept}, read by {step}");
            }
        }
    }
}

#[tokio::test]
async fn a_large_string_is_not_copied() {
    let value = vec![b'x'; 1 << 20];
    let bytes = request(&[b"SET".to_vec(), b"key".to_vec(), value]);
    let words = read(&bytes, 1 << 16).await.remove(0);
    let distance = words[2].as_ptr() as usize - words[1].as_ptr() as usize;
    assert_eq!(distance, "key\r\n$1048576\r\n".len(), "both are slices of one buffer");
}

#[tokio::test]
async fn an_announced_string_claims_little_memory() {
    let (mut client, server) = tokio::io::duplex(1024);
    let mut reader = FrameReader::new(server);
    let header = b"*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$536870912\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut client, header).await.expect("it is read");
    let read = tokio::time::timeout(std::time::Duration::from_millis(1), reader.read_frame());
    assert!(read.await.is_err(), "the string is missing");
    assert!(reader.buffer.capacity() <= EXPECTED, "{}", reader.buffer.capacity());
}
