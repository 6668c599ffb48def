//! The sockets of the system, with servers on loopback. Time is real here.

use std::net::SocketAddr;

use dns_actor::{Config, Failure, LookupError, RecordType, Resolver};
use hickory_proto::op::{Message, ResponseCode};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, UdpSocket},
    time::Instant,
};

use crate::support::*;

async fn bound() -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

async fn receive(socket: &UdpSocket) -> (Message, SocketAddr) {
    let mut buffer = [0; 4096];
    let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
    (Message::from_vec(&buffer[..length]).unwrap(), from)
}

/// The forged answers have all that is right, except the address or the port that they come from.
#[tokio::test]
async fn an_answer_from_another_port_or_address_is_not_accepted() {
    let (socket, address_of_server) = bound().await;
    let (other_port, _) = bound().await;
    let other_address = UdpSocket::bind("127.0.0.2:0").await.unwrap();
    let resolver = Resolver::spawn(Config::new([address_of_server]));
    let server = async {
        let (query, from) = receive(&socket).await;
        let forged = address(&query, 60, "192.0.2.66").to_vec().unwrap();
        other_port.send_to(&forged, from).await.unwrap();
        other_address.send_to(&forged, from).await.unwrap();
        let answer = address(&query, 60, "192.0.2.7").to_vec().unwrap();
        socket.send_to(&answer, from).await.unwrap();
    };
    let (answer, ()) = tokio::join!(resolver.lookup("www.test.", RecordType::A), server);
    let data: Vec<String> = answer.unwrap().data().map(ToString::to_string).collect();
    assert_eq!(data, ["192.0.2.7"]);
}

#[tokio::test]
async fn a_port_where_nothing_listens_is_noticed_at_once() {
    let (socket, closed) = bound().await;
    drop(socket);
    let resolver = Resolver::spawn(Config::new([closed]));
    let begun = Instant::now();
    let error = resolver.lookup("www.test.", RecordType::A).await.unwrap_err();
    let LookupError::Failed(failed) = error else { panic!("{error}") };
    assert_eq!(failed.attempts[0].server, closed);
    assert!(matches!(failed.attempts[0].failure, Failure::Unreachable(_)), "{failed}");
    assert!(begun.elapsed() < ms(2000), "it is not waited for");
}

#[tokio::test]
async fn a_truncated_answer_is_asked_for_over_tcp() {
    // Both sockets have the same port.
    let (socket, listener) = loop {
        let (socket, address) = bound().await;
        if let Ok(listener) = TcpListener::bind(address).await {
            break (socket, listener);
        }
    };
    let resolver = Resolver::spawn(Config::new([listener.local_addr().unwrap()]));
    let server = async {
        let (query, from) = receive(&socket).await;
        let mut cut = empty(&query, ResponseCode::NoError);
        cut.metadata.truncation = true;
        socket.send_to(&cut.to_vec().unwrap(), from).await.unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = vec![0; usize::from(stream.read_u16().await.unwrap())];
        stream.read_exact(&mut bytes).await.unwrap();
        let answer =
            address(&Message::from_vec(&bytes).unwrap(), 60, "192.0.2.7").to_vec().unwrap();
        let length = u16::try_from(answer.len()).unwrap().to_be_bytes();
        // Byte by byte, as a network may deliver it.
        for byte in [&length[..], &answer].concat() {
            stream.write_all(&[byte]).await.unwrap();
            stream.flush().await.unwrap();
            tokio::task::yield_now().await;
        }
        stream
    };
    let (answer, _stream) = tokio::join!(resolver.lookup("www.test.", RecordType::A), server);
    assert!(answer.unwrap().exists());
}
