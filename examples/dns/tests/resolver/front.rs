//! The front, with clients on sockets of the system and servers that are closures. Time is real here.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use actor_runtime::{ExitReason, Scope};
use dns_actor::{
    RecordType, Resolver,
    front::{Access, Front, FrontConfig},
};
use hickory_proto::{
    op::{Edns, Message, MessageType, OpCode, Query, ResponseCode},
    rr::DNSClass,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
    sync::Semaphore,
    time::timeout,
};

use crate::support::*;

/// Nothing takes so long, so a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

struct Running {
    net: Net,
    resolver: Resolver,
    scope: Scope,
    front: Front,
}

impl Running {
    async fn new(net: &Net, change: impl FnOnce(&mut FrontConfig)) -> Self {
        let resolver = resolver(net, &[A]);
        let scope = Scope::new();
        let mut config = FrontConfig::default();
        change(&mut config);
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let front = Front::start(&[listen], config, &resolver, &scope).await.unwrap();
        Self { net: net.clone(), resolver, scope, front }
    }

    fn address(&self) -> SocketAddr {
        self.front.addresses()[0]
    }

    /// A client with this address.
    async fn client(&self, ip: [u8; 4]) -> UdpSocket {
        let socket = UdpSocket::bind(SocketAddr::from((ip, 0))).await.unwrap();
        socket.connect(self.address()).await.unwrap();
        socket
    }

    async fn tcp(&self) -> TcpStream {
        TcpStream::connect(self.address()).await.unwrap()
    }
}

const HOME: [u8; 4] = [127, 0, 0, 1];

fn query(text: &str, kind: RecordType) -> Message {
    let mut message = Message::new(4711, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(hickory_proto::rr::Name::from_ascii(text).unwrap(), kind));
    message
}

async fn receive(client: &UdpSocket) -> Vec<u8> {
    let mut buffer = vec![0; 65_536];
    let length = timeout(PATIENCE, client.recv(&mut buffer)).await.unwrap().unwrap();
    buffer.truncate(length);
    buffer
}

async fn exchange(client: &UdpSocket, query: &Message) -> Message {
    client.send(&query.to_vec().unwrap()).await.unwrap();
    Message::from_vec(&receive(client).await).unwrap()
}

async fn write(stream: &mut TcpStream, bytes: &[u8]) {
    let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length[..], bytes].concat()).await.unwrap();
}

async fn read(stream: &mut TcpStream) -> Option<Message> {
    let read = async {
        let length = stream.read_u16().await.ok()?;
        let mut bytes = vec![0; usize::from(length)];
        stream.read_exact(&mut bytes).await.ok()?;
        Message::from_vec(&bytes).ok()
    };
    timeout(PATIENCE, read).await.unwrap()
}

/// A server that answers TXT questions with this many bytes, and others with an address.
fn sized(net: &Net, bytes: usize) {
    net.serve(server(A), move |query, _| {
        if query.queries[0].query_type != RecordType::TXT {
            return send(ms(0), &address(query, 60, "192.0.2.7"));
        }
        let mut message = empty(query, ResponseCode::NoError);
        for index in 0..bytes / 100 {
            let text = format!("\"{index:03}{}\"", "x".repeat(85));
            let owner = query.queries[0].name.to_string();
            message.add_answer(record(&owner, 60, RecordType::TXT, &text));
        }
        send(ms(0), &message)
    });
}

#[tokio::test]
async fn clients_get_the_same_over_udp_and_tcp_with_their_id_and_their_case() {
    let net = Net::default();
    good(&net, A, ms(0));
    let running = Running::new(&net, |_| {}).await;
    let client = running.client(HOME).await;
    for _ in 0..3 {
        let question = query("WwW.Test.", RecordType::A);
        let over_udp = exchange(&client, &question).await;
        let mut stream = running.tcp().await;
        write(&mut stream, &question.to_vec().unwrap()).await;
        let over_tcp = read(&mut stream).await.unwrap();
        assert_eq!(over_udp, over_tcp);
        assert_eq!((over_udp.metadata.id, over_udp.answers.len()), (4711, 1));
        assert!(over_udp.queries[0].name.eq_case(&question.queries[0].name));
        assert!(over_udp.metadata.recursion_available && over_udp.edns.is_none());
    }
    assert_eq!(running.resolver.stats().await.unwrap().misses, 1);
}

/// More than the front reads at once.
#[tokio::test]
async fn every_query_of_a_burst_is_answered() {
    let net = Net::default();
    good(&net, A, ms(0));
    let running = Running::new(&net, |_| {}).await;
    let client = running.client(HOME).await;
    exchange(&client, &query("www.test.", RecordType::A)).await;
    for burst in [31, 32, 33, 64, 100] {
        // No await in between: the front, on the same thread, finds all of them.
        for id in 0..burst {
            let mut question = query("www.test.", RecordType::A);
            question.metadata.id = id;
            client.try_send(&question.to_vec().unwrap()).unwrap();
        }
        for id in 0..burst {
            let response = Message::from_vec(&receive(&client).await).unwrap();
            assert_eq!((response.metadata.id, response.answers.len()), (id, 1));
        }
    }
}

#[tokio::test]
async fn a_response_is_never_larger_than_the_client_can_take() {
    let net = Net::default();
    sized(&net, 1000);
    let running = Running::new(&net, |_| {}).await;
    let client = running.client(HOME).await;
    let mut question = query("big.test.", RecordType::TXT);
    let plain = exchange(&client, &question).await;
    assert!(plain.metadata.truncation && plain.answers.is_empty());
    for (size, fits) in [(0, false), (512, false), (900, false), (1232, true), (65_535, true)] {
        let mut edns = Edns::new();
        edns.set_max_payload(size).set_version(0);
        question.set_edns(edns);
        client.send(&question.to_vec().unwrap()).await.unwrap();
        let bytes = receive(&client).await;
        let response = Message::from_vec(&bytes).unwrap();
        assert_eq!(response.metadata.truncation, !fits, "{size}");
        assert!(bytes.len() <= usize::from(size).clamp(512, 1232) && response.edns.is_some());
    }
    let mut stream = running.tcp().await;
    write(&mut stream, &query("big.test.", RecordType::TXT).to_vec().unwrap()).await;
    assert_eq!(read(&mut stream).await.unwrap().answers.len(), 10);
}

#[tokio::test]
async fn what_is_not_a_question_gets_a_code_and_never_more_bytes_than_it_had() {
    type Change = fn(&mut Message);
    let net = Net::default();
    good(&net, A, ms(0));
    let running = Running::new(&net, |_| {}).await;
    let client = running.client(HOME).await;
    let cases: [(ResponseCode, Change); 9] = [
        (ResponseCode::NotImp, |message| message.metadata.op_code = OpCode::Update),
        (ResponseCode::NotImp, |message| message.metadata.op_code = OpCode::Notify),
        (ResponseCode::FormErr, |message| message.queries.clear()),
        (ResponseCode::FormErr, |message| message.queries.push(message.queries[0].clone())),
        (ResponseCode::Refused, |message| message.queries[0].query_class = DNSClass::CH),
        (ResponseCode::Refused, |message| message.queries[0].query_type = RecordType::AXFR),
        (ResponseCode::Refused, |message| message.queries[0].query_type = RecordType::IXFR),
        (ResponseCode::Refused, |message| message.metadata.recursion_desired = false),
        (ResponseCode::BADVERS, |message| {
            let mut edns = Edns::new();
            edns.set_version(1);
            message.set_edns(edns);
        }),
    ];
    for (code, change) in cases {
        let mut message = query("www.test.", RecordType::A);
        change(&mut message);
        let bytes = message.to_vec().unwrap();
        client.send(&bytes).await.unwrap();
        let response = receive(&client).await;
        assert!(response.len() <= bytes.len(), "{code}");
        let response = Message::from_vec(&response).unwrap();
        // 16 has two names.
        assert_eq!(u16::from(response.metadata.response_code), u16::from(code));
        assert_eq!(response.metadata.id, 4711);
        assert_eq!(response.answers.len(), 0);
    }
    // ANY, which amplifies most, is answered over TCP.
    let any = query("www.test.", RecordType::ANY);
    let response = exchange(&client, &any).await;
    assert!(response.metadata.truncation && response.answers.is_empty());
    assert!(running.net.asked().is_empty());
}

/// What is sent first gets no response; the query behind it does.
#[tokio::test]
async fn responses_and_fragments_of_headers_are_ignored() {
    let net = Net::default();
    good(&net, A, ms(0));
    let running = Running::new(&net, |_| {}).await;
    let client = running.client(HOME).await;
    let mut response = query("www.test.", RecordType::A);
    response.metadata.message_type = MessageType::Response;
    client.send(&response.to_vec().unwrap()).await.unwrap();
    let bytes = query("www.test.", RecordType::A).to_vec().unwrap();
    for length in 0..12 {
        client.send(&bytes[..length]).await.unwrap();
    }
    let mut last = query("last.test.", RecordType::A);
    last.metadata.id = 4712;
    assert_eq!(exchange(&client, &last).await.metadata.id, 4712);
}

#[tokio::test]
async fn damaged_queries_of_every_kind_are_survived_and_not_amplified() {
    let net = Net::default();
    good(&net, A, ms(0));
    let running = Running::new(&net, |config| config.per_client = 100_000).await;
    let client = running.client(HOME).await;
    let mut question = query("www.test.", RecordType::A);
    question.set_edns(Edns::new());
    let bytes = question.to_vec().unwrap();
    let mut sent = Vec::new();
    for length in 12..bytes.len() {
        sent.push(bytes[..length].to_vec());
    }
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        sent.push(flipped);
    }
    for _ in 0..2000 {
        let length = rand::random_range(0..300);
        sent.push((0..length).map(|_| rand::random()).collect());
    }
    for (index, bytes) in sent.iter().enumerate() {
        client.send(bytes).await.unwrap();
        if index % 16 == 0 {
            // Until this is answered, so that no buffer overflows.
            let mut last = query("last.test.", RecordType::A);
            last.metadata.id = 9999;
            client.send(&last.to_vec().unwrap()).await.unwrap();
            while receive(&client).await[..2] != 9999_u16.to_be_bytes() {}
        }
    }
    assert_eq!(running.resolver.stats().await.unwrap().failed, 0);
}

#[tokio::test]
async fn a_client_with_too_many_questions_is_refused_and_others_are_served() {
    let net = Net::default();
    let gate = Arc::new(Semaphore::new(0));
    net.serve(server(A), |query, _| {
        let is_slow = query.queries[0].name.to_string().starts_with("slow");
        send(if is_slow { ms(1500) } else { ms(0) }, &address(query, 60, "192.0.2.7"))
    });
    let running = Running::new(&net, |config| config.per_client = 10).await;
    let (greedy, other) = (running.client(HOME).await, running.client([127, 0, 1, 1]).await);
    for index in 0..30 {
        let question = query(&format!("slow{index}.test."), RecordType::A);
        greedy.send(&question.to_vec().unwrap()).await.unwrap();
    }
    let mut refused = 0;
    while refused < 20 {
        let response = Message::from_vec(&receive(&greedy).await).unwrap();
        assert_eq!(response.metadata.response_code, ResponseCode::Refused);
        refused += 1;
    }
    let response = exchange(&other, &query("quick.test.", RecordType::A)).await;
    assert_eq!(response.answers.len(), 1);
    // What is in the cache is not limited.
    let response = exchange(&greedy, &query("quick.test.", RecordType::A)).await;
    assert_eq!(response.answers.len(), 1);
    for _ in 0..10 {
        let response = Message::from_vec(&receive(&greedy).await).unwrap();
        assert_eq!(response.answers.len(), 1);
    }
    drop(gate);
}

#[tokio::test]
async fn a_client_that_may_be_forged_receives_no_more_than_its_budget_and_then_short_responses() {
    let net = Net::default();
    sized(&net, 400);
    let running = Running::new(&net, |config| {
        config.limits_loopback = true;
        config.bytes_per_second = 2000;
    })
    .await;
    let client = running.client(HOME).await;
    let question = query("txt.test.", RecordType::TXT);
    let length = question.to_vec().unwrap().len();
    let (mut long, mut short) = (0, 0);
    for _ in 0..100 {
        client.send(&question.to_vec().unwrap()).await.unwrap();
        let response = receive(&client).await;
        if response.len() > length { long += response.len() } else { short += 1 }
    }
    assert!(long <= 2000 + 2000 * 20 && short > 0, "{long} bytes, {short} short ones");
    let response = exchange(&client, &question).await;
    assert!(response.metadata.truncation);
    // The way for a client with a true address.
    let mut stream = running.tcp().await;
    write(&mut stream, &question.to_vec().unwrap()).await;
    assert_eq!(read(&mut stream).await.unwrap().answers.len(), 4);
}

/// A service that answers everything, such as chargen, must not be answered for ever.
#[tokio::test]
async fn errors_count_as_responses_too() {
    let net = Net::default();
    good(&net, A, ms(0));
    let running = Running::new(&net, |config| {
        config.limits_loopback = true;
        config.bytes_per_second = 600;
    })
    .await;
    let client = running.client(HOME).await;
    let begun = tokio::time::Instant::now();
    let mut responses = 0;
    for _ in 0..300 {
        client.send(&[0x24; 72]).await.unwrap();
        responses += usize::from(timeout(ms(1), receive(&client)).await.is_ok());
    }
    let most = 50.0 * (1.0 + begun.elapsed().as_secs_f64()) + 1.0;
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    let responses = responses as f64;
    assert!((50.0..=most).contains(&responses), "{responses} responses");
}

#[tokio::test]
async fn clients_without_access_get_nothing() {
    let net = Net::default();
    good(&net, A, ms(0));
    let running =
        Running::new(&net, |config| config.access = Access::new(["127.0.1.0/24"]).unwrap()).await;
    let (stranger, friend) = (running.client(HOME).await, running.client([127, 0, 1, 1]).await);
    let question = query("www.test.", RecordType::A);
    stranger.send(&question.to_vec().unwrap()).await.unwrap();
    assert_eq!(exchange(&friend, &question).await.answers.len(), 1);
    assert!(stranger.try_recv(&mut [0; 512]).is_err());
    assert_eq!(read(&mut running.tcp().await).await, None);
}

#[tokio::test]
async fn questions_of_one_connection_are_answered_as_answers_come_and_after_the_client_has_ended() {
    let net = Net::default();
    net.serve(server(A), |query, _| {
        let is_slow = query.queries[0].name.to_string().starts_with("slow");
        send(if is_slow { ms(100) } else { ms(0) }, &address(query, 60, "192.0.2.7"))
    });
    let running = Running::new(&net, |config| config.per_client = 8).await;
    let mut stream = running.tcp().await;
    // More than may be under way: the rest is read later.
    for index in 0..40_u16 {
        let mut question = query(&format!("slow{index}.test."), RecordType::A);
        if index == 5 {
            question = query("quick.test.", RecordType::A);
        }
        question.metadata.id = index;
        write(&mut stream, &question.to_vec().unwrap()).await;
    }
    stream.shutdown().await.unwrap();
    let mut ids = Vec::new();
    while let Some(response) = read(&mut stream).await {
        assert_eq!(response.answers.len(), 1);
        ids.push(response.metadata.id);
    }
    assert_eq!(ids[0], 5);
    ids.sort_unstable();
    assert_eq!(ids, (0..40).collect::<Vec<_>>());
}

#[tokio::test]
async fn connections_are_limited_and_idle_ones_closed() {
    let net = Net::default();
    good(&net, A, ms(0));
    let running = Running::new(&net, |config| {
        config.connections = 8;
        config.idle = ms(1000);
    })
    .await;
    let mut streams = [running.tcp().await, running.tcp().await];
    let question = query("www.test.", RecordType::A).to_vec().unwrap();
    for stream in &mut streams {
        write(stream, &question).await;
        assert!(read(stream).await.is_some());
    }
    // A client has a quarter of the connections.
    assert_eq!(read(&mut running.tcp().await).await, None);
    // Idle ones end, also in the middle of a query.
    streams[0].write_all(&[0, 50, 1, 2, 3]).await.unwrap();
    for stream in &mut streams {
        assert_eq!(read(stream).await, None);
    }
    let mut stream = running.tcp().await;
    write(&mut stream, &question).await;
    assert!(read(&mut stream).await.is_some());
}

#[tokio::test]
async fn a_client_that_does_not_read_delays_no_other_client_and_is_disconnected() {
    let net = Net::default();
    sized(&net, 20_000);
    let running = Running::new(&net, |config| config.idle = ms(500)).await;
    let mut stream = running.tcp().await;
    let question = query("big.test.", RecordType::TXT).to_vec().unwrap();
    let writes = async {
        let framed =
            [&u16::try_from(question.len()).unwrap().to_be_bytes()[..], &question].concat();
        // Until the front does not read any more, and closes the connection.
        while stream.write_all(&framed).await.is_ok() {}
    };
    timeout(PATIENCE, writes).await.unwrap();
    let client = running.client(HOME).await;
    assert_eq!(exchange(&client, &query("a.test.", RecordType::A)).await.answers.len(), 1);
}

#[tokio::test]
async fn a_shutdown_answers_what_clients_have_asked() {
    let net = Net::default();
    good(&net, A, ms(200));
    let running = Running::new(&net, |_| {}).await;
    let client = running.client(HOME).await;
    let mut stream = running.tcp().await;
    client.send(&query("udp.test.", RecordType::A).to_vec().unwrap()).await.unwrap();
    write(&mut stream, &query("tcp.test.", RecordType::A).to_vec().unwrap()).await;
    let is_asked = |text: &str| {
        running.net.asked().iter().any(|asked| asked.message.queries[0].name == name(text))
    };
    while !(is_asked("udp.test.") && is_asked("tcp.test.")) {
        tokio::task::yield_now().await;
    }
    let exits = timeout(PATIENCE, running.scope.shutdown()).await.unwrap();
    assert!(
        exits.iter().all(|exit| exit.reason.as_ref().is_some_and(ExitReason::is_orderly)),
        "{exits:?}"
    );
    assert_eq!(Message::from_vec(&receive(&client).await).unwrap().answers.len(), 1);
    assert_eq!(read(&mut stream).await.unwrap().answers.len(), 1);
    assert!(running.resolver.shutdown().await.is_orderly());
}
