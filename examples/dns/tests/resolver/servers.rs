//! How servers are chosen, asked again, and asked over TCP.

use dns_actor::{Failure, LookupError, RecordType};
use hickory_proto::op::ResponseCode;
use tokio::time::{Instant, sleep};

use crate::support::*;

fn truncated(query: &hickory_proto::op::Message) -> hickory_proto::op::Message {
    let mut message = empty(query, ResponseCode::NoError);
    message.metadata.truncation = true;
    message
}

#[tokio::test(start_paused = true)]
async fn a_truncated_answer_is_asked_for_over_tcp_on_one_connection() {
    let net = Net::default();
    net.serve(server(A), |query, _| send(ms(1), &truncated(query)));
    net.serve_tcp(server(A), |query, _| send(ms(1), &address(query, 60, "192.0.2.7")));
    let resolver = resolver(&net, &[A]);
    for index in 0..10 {
        let answer = resolver.lookup(format!("n{index}.test."), RecordType::A).await.unwrap();
        assert!(answer.exists());
    }
    let tcp: Vec<_> = net.asked().into_iter().filter(|asked| asked.is_tcp).collect();
    assert_eq!(tcp.len(), 10);
    assert!(tcp.iter().all(|asked| asked.socket == tcp[0].socket));
    assert_eq!(resolver.servers().await.unwrap()[0].truncated, 10);
    // An idle connection is closed.
    sleep(ms(11_000)).await;
    assert_eq!(net.open(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_closes_idle_connections_is_asked_again() {
    let net = Net::default();
    net.serve(server(A), |query, _| send(ms(0), &truncated(query)));
    net.serve_tcp(server(A), |query, _| {
        // Each connection answers one question, and is closed when the second one arrives.
        let is_even = query.queries[0].name.to_string().starts_with(['0', '2', '4']);
        if is_even { send(ms(0), &address(query, 60, "192.0.2.7")) } else { vec![Act::Close] }
    });
    let resolver = resolver(&net, &[A]);
    assert!(resolver.lookup("0.test.", RecordType::A).await.unwrap().exists());
    let error = resolver.lookup("1.test.", RecordType::A).await.unwrap_err();
    let LookupError::Failed(failed) = error else { panic!("{error}") };
    assert_eq!(failed.attempts.len(), 1);
    assert_eq!(failed.attempts[0].failure, Failure::Disconnected);
    // It was sent twice: on the old connection, and on a new one.
    let asked = net.asked();
    let is_that = |asked: &&crate::net::Asked| {
        asked.is_tcp && asked.message.queries[0].name == name("1.test.")
    };
    assert_eq!(asked.iter().filter(is_that).count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_server_without_tcp_is_no_reason_to_rest_it() {
    let net = Net::default();
    net.serve(server(A), |query, _| send(ms(1), &truncated(query)));
    let resolver = resolver(&net, &[A]);
    let error = resolver.lookup("a.test.", RecordType::A).await.unwrap_err();
    assert!(error.to_string().contains("connection refused"), "{error}");
    assert_eq!(resolver.servers().await.unwrap()[0].rests, None);
}

#[tokio::test(start_paused = true)]
async fn a_lost_datagram_is_sent_again_to_the_only_server() {
    let net = Net::default();
    let count = std::sync::atomic::AtomicUsize::new(0);
    net.serve(server(A), move |query, _| {
        match count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 | 1 => Vec::new(),
            _ => send(ms(1), &address(query, 60, "192.0.2.7")),
        }
    });
    let resolver = resolver(&net, &[A]);
    let begun = Instant::now();
    assert!(resolver.lookup("a.test.", RecordType::A).await.unwrap().exists());
    assert_eq!(begun.elapsed(), ms(250 + 500 + 1));
}

/// Of 1,000 datagrams, one is lost.
#[tokio::test(start_paused = true)]
async fn a_server_that_answers_others_does_not_rest_for_a_lost_datagram() {
    let net = Net::default();
    net.serve(server(A), |query, _| {
        if query.queries[0].name == name("n500.test.") {
            return Vec::new();
        }
        send(ms(1), &address(query, 60, "192.0.2.7"))
    });
    good(&net, B, ms(5));
    let resolver = resolver(&net, &[A, B]);
    for index in 0..1000 {
        let answer = resolver.lookup(format!("n{index}.test."), RecordType::A).await.unwrap();
        assert!(answer.exists());
        sleep(ms(5)).await;
    }
    let servers = resolver.servers().await.unwrap();
    assert_eq!((servers[0].lost, servers[0].rests), (1, None));
    // It is preferred again after a second.
    assert!(net.count(server(A)) >= 800, "{}", net.count(server(A)));
}

#[tokio::test(start_paused = true)]
async fn the_faster_server_is_asked_and_the_other_one_now_and_then() {
    let net = Net::default();
    good(&net, A, ms(9));
    good(&net, B, ms(2));
    let resolver = resolver(&net, &[A, B]);
    for index in 0..3000 {
        resolver.lookup(format!("n{index}.test."), RecordType::A).await.unwrap();
        sleep(ms(100)).await;
    }
    let (a, b) = (net.count(server(A)), net.count(server(B)));
    assert!((2..30).contains(&a) && b > 2900, "{a}, {b}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_what_another_one_answers_rests() {
    let net = Net::default();
    net.serve(server(A), |query, _| send(ms(1), &empty(query, ResponseCode::Refused)));
    good(&net, B, ms(5));
    let resolver = resolver(&net, &[A, B]);
    for index in 0..20 {
        let answer = resolver.lookup(format!("n{index}.test."), RecordType::A).await.unwrap();
        assert!(answer.exists());
    }
    assert!(net.count(server(A)) <= 4, "{}", net.count(server(A)));
}

#[tokio::test(start_paused = true)]
async fn a_question_that_all_servers_fail_on_rests_none_and_fails_at_once() {
    let net = Net::default();
    for letter in [A, B] {
        net.serve(server(letter), |query, _| send(ms(1), &empty(query, ResponseCode::ServFail)));
    }
    let resolver = resolver(&net, &[A, B]);
    let begun = Instant::now();
    for index in 0..10 {
        resolver.lookup(format!("n{index}.test."), RecordType::A).await.unwrap_err();
    }
    assert!(begun.elapsed() <= ms(20));
    assert!(resolver.servers().await.unwrap().iter().all(|server| server.rests.is_none()));
    // The failure is remembered for a second.
    let count = net.asked().len();
    resolver.lookup("n0.test.", RecordType::A).await.unwrap_err();
    assert_eq!(net.asked().len(), count);
    sleep(ms(1000)).await;
    resolver.lookup("n0.test.", RecordType::A).await.unwrap_err();
    assert_eq!(net.asked().len(), count + 2);
}

#[tokio::test(start_paused = true)]
async fn a_server_without_edns_is_asked_without() {
    let net = Net::default();
    net.serve(server(A), |query, _| {
        let mut refusal = empty(query, ResponseCode::FormErr);
        refusal.queries.clear();
        let answer = address(query, 60, "192.0.2.7");
        send(ms(1), if query.edns.is_some() { &refusal } else { &answer })
    });
    let resolver = resolver(&net, &[A]);
    for index in 0..5 {
        assert!(resolver.lookup(format!("n{index}.test."), RecordType::A).await.unwrap().exists());
    }
    // That is remembered.
    assert_eq!(net.asked().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn servers_can_be_replaced_while_questions_are_under_way() {
    let net = Net::default();
    silent(&net, A);
    good(&net, B, ms(1));
    let resolver = resolver(&net, &[A]);
    let caller = resolver.clone();
    let pending = tokio::spawn(async move { caller.lookup("a.test.", RecordType::A).await });
    while net.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    let begun = Instant::now();
    resolver.set_servers([server(B), server(B)]).await.unwrap();
    assert!(pending.await.unwrap().unwrap().exists());
    assert!(begun.elapsed() <= ms(300));
    assert_eq!(resolver.servers().await.unwrap().len(), 1);
    // None at all.
    resolver.set_servers([]).await.unwrap();
    let error = resolver.lookup("b.test.", RecordType::A).await.unwrap_err();
    assert_eq!(error.to_string(), "`b.test. A` was not asked: there are no servers");
}

#[tokio::test(start_paused = true)]
async fn a_question_whose_callers_have_gone_is_not_asked_again() {
    let net = Net::default();
    for letter in [A, B] {
        silent(&net, letter);
    }
    let resolver = resolver(&net, &[A, B]);
    let caller = resolver.clone();
    let pending = tokio::spawn(async move { caller.lookup("a.test.", RecordType::A).await });
    while net.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    pending.abort();
    sleep(ms(10_000)).await;
    // B, which was not known yet, was asked together with A.
    assert_eq!(net.asked().len(), 2);
    assert_eq!(resolver.stats().await.unwrap().under_way, 0);
}

#[tokio::test(start_paused = true)]
async fn both_kinds_of_addresses_are_asked_for_at_once_and_the_second_is_waited_for_briefly() {
    for (late, expected, limit) in [(20, 2, 20), (400, 1, 51)] {
        let net = Net::default();
        net.serve(server(A), move |query, _| {
            if query.queries[0].query_type == RecordType::A {
                return send(ms(1), &address(query, 60, "192.0.2.7"));
            }
            let mut message = empty(query, ResponseCode::NoError);
            message.add_answer(record("a.test.", 60, RecordType::AAAA, "2001:db8::7"));
            send(ms(late), &message)
        });
        let resolver = resolver(&net, &[A]);
        let begun = Instant::now();
        let found = resolver.lookup_ip("a.test.").await.unwrap();
        assert_eq!((found.addresses.len(), begun.elapsed()), (expected, ms(limit)));
        assert!(expected == 1 || found.addresses[0].is_ipv6());
    }
    let net = Net::default();
    let resolver = resolver(&net, &[]);
    for (text, count) in
        [("192.0.2.1", 1), ("2001:db8::1", 1), ("localhost", 2), ("a.LOCALHOST.", 2)]
    {
        assert_eq!(resolver.lookup_ip(text).await.unwrap().addresses.len(), count, "{text}");
    }
    assert!(matches!(resolver.lookup_ip("a..b").await, Err(LookupError::InvalidName { .. })));
}
