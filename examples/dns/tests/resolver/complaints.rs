//! What users of other resolvers complain about, one test for each row of the table in the README.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
};

use dns_actor::{LookupError, RecordType, Resolver, Stale};
use hickory_proto::op::ResponseCode;
use tokio::time::{Instant, advance, sleep};

use crate::support::*;

/// 1: a dead server among three costs 5 s for each name that does not exist.
#[tokio::test(start_paused = true)]
async fn c1_names_that_do_not_exist_are_answered_at_once_beside_two_dead_servers() {
    let net = Net::default();
    net.serve(server(A), |_, _| refused());
    silent(&net, B);
    net.serve(server(C), |query, _| send(ms(1), &missing(query, 60, 60)));
    let resolver = resolver(&net, &[A, B, C]);
    for index in 0..20 {
        let asked = Instant::now();
        let answer = resolver.lookup(format!("n{index}.test."), RecordType::A).await.unwrap();
        assert_eq!(answer.code(), ResponseCode::NXDomain);
        // The first one waits for the silent server.
        let limit = if index == 0 { ms(100) } else { ms(2) };
        assert!(asked.elapsed() <= limit, "{index}: {:?}", asked.elapsed());
    }
    assert_eq!(net.count(server(A)), 1);
    assert_eq!(net.count(server(B)), 1);
}

/// 2: stuck on servers that do not answer.
#[tokio::test(start_paused = true)]
async fn c2_a_server_that_fails_rests_and_is_probed_by_one_question_at_a_time() {
    let net = Net::default();
    silent(&net, A);
    good(&net, B, ms(1));
    let resolver = resolver(&net, &[A, B]);
    resolver.lookup("first.test.", RecordType::A).await.unwrap();
    sleep(ms(2000)).await; // until the attempt is over
    let stats = resolver.servers().await.unwrap();
    assert_eq!((stats[0].lost, stats[1].answered), (1, 1));
    assert!(stats[0].rests.is_some_and(|rests| rests <= ms(500)));
    // Each rest is twice as long as the one before, and afterwards one question goes to A as well.
    let mut probes = Vec::new();
    for index in 0..1200 {
        let count = net.count(server(A));
        let asked = Instant::now();
        resolver.lookup(format!("x{index}.test."), RecordType::A).await.unwrap();
        assert!(asked.elapsed() <= ms(2), "a probe delays no caller");
        if net.count(server(A)) > count {
            probes.push(asked);
        }
        sleep(ms(100)).await;
    }
    let gaps: Vec<u128> = probes.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect();
    // The time of an attempt, which is 2 s, and the rest.
    let expected = [3000, 4000, 6000, 10_000, 18_000, 34_000, 34_000];
    for (gap, expected) in gaps.iter().zip(expected) {
        assert!((expected..expected + 110).contains(gap), "{gaps:?}");
    }
    assert!(gaps.len() >= 6, "{gaps:?}");
    // It recovers.
    good(&net, A, ms(0));
    sleep(ms(34_000)).await;
    resolver.lookup("probe.test.", RecordType::A).await.unwrap();
    sleep(ms(1)).await;
    assert_eq!(resolver.servers().await.unwrap()[0].rests, None);
    resolver.lookup("back.test.", RecordType::A).await.unwrap();
    assert_eq!(net.asked().last().unwrap().server, server(A));
}

/// 3: half of the queries are lost under load.
#[tokio::test(start_paused = true)]
async fn c3_more_questions_than_the_limit_wait_and_none_is_lost() {
    let net = Net::default();
    good(&net, A, ms(50));
    let resolver = resolver_with(&net, &[A], |config| config.questions = 100);
    let most = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..2000)
        .map(|index| {
            let (resolver, most) = (resolver.clone(), most.clone());
            tokio::spawn(async move {
                let answer = resolver.lookup(format!("n{index}.test."), RecordType::A).await;
                most.fetch_max(resolver.stats().await.unwrap().under_way, Relaxed);
                answer.unwrap().exists()
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert!(most.load(Relaxed) <= 100);
    assert_eq!(net.count(server(A)), 2000);
}

/// 4: equal questions are asked many times.
#[tokio::test(start_paused = true)]
async fn c4_equal_questions_are_asked_once_also_when_the_first_caller_goes() {
    let net = Net::default();
    good(&net, A, ms(5));
    let resolver = resolver(&net, &[A]);
    let same = |upper: bool| if upper { "SAME.test." } else { "same.test." };
    let mut tasks: Vec<_> = (0..1000)
        .map(|index| {
            let resolver = resolver.clone();
            tokio::spawn(async move { resolver.lookup(same(index % 2 == 0), RecordType::A).await })
        })
        .collect();
    while net.count(server(A)) == 0 {
        tokio::task::yield_now().await;
    }
    tasks[0].abort();
    assert!(tasks.remove(0).await.unwrap_err().is_cancelled());
    for task in tasks {
        assert!(task.await.unwrap().unwrap().exists());
    }
    assert_eq!(net.count(server(A)), 1);
}

/// 5: one socket per query, which are never closed.
#[tokio::test(start_paused = true)]
async fn c5_one_socket_per_server_whose_port_changes_and_nothing_is_left_open() {
    let net = Net::default();
    good(&net, A, ms(1));
    let resolver = resolver(&net, &[A]);
    for index in 0..200 {
        resolver.lookup(format!("n{index}.test."), RecordType::A).await.unwrap();
        assert_eq!(net.open(), 1);
    }
    let sockets = |net: &Net| net.asked().last().unwrap().socket;
    assert_eq!(sockets(&net), 1);
    sleep(ms(60_000)).await;
    resolver.lookup("later.test.", RecordType::A).await.unwrap();
    assert_eq!((sockets(&net), net.open()), (2, 1));
    resolver.shutdown().await;
    while net.open() > 0 {
        tokio::task::yield_now().await;
    }
}

/// 6: other runtimes block for ever or fail to spawn. See also `executors.rs`.
#[test]
fn c6_a_look_up_outside_of_a_runtime_works() {
    let net = Net::default();
    good(&net, A, ms(0));
    let resolver = Resolver::spawn_thread(config(&net, &[A])).unwrap();
    let answer = resolver.lookup_blocking("a.test.", RecordType::A).unwrap();
    assert!(answer.exists());
}

/// 7: look-ups that run in their callers keep a program from shutting down.
#[tokio::test(start_paused = true)]
async fn c7_a_shutdown_answers_what_is_under_way_and_refuses_the_rest() {
    let net = Net::default();
    good(&net, A, ms(40));
    let resolver = resolver(&net, &[A]);
    let caller = resolver.clone();
    let pending = tokio::spawn(async move { caller.lookup("a.test.", RecordType::A).await });
    while net.count(server(A)) == 0 {
        tokio::task::yield_now().await;
    }
    let begun = Instant::now();
    assert!(resolver.shutdown().await.is_orderly());
    assert!(begun.elapsed() <= ms(50));
    assert!(pending.await.unwrap().unwrap().exists());
    let refused = resolver.lookup("b.test.", RecordType::A).await;
    assert!(matches!(refused, Err(LookupError::Stopped(_))));
}

/// 8: a new resolver for each look-up, because it cannot be shared, so nothing is cached.
#[tokio::test(start_paused = true)]
async fn c8_clones_of_the_handle_share_cache_and_statistics() {
    let net = Net::default();
    good(&net, A, ms(1));
    let resolver = resolver(&net, &[A]);
    for _ in 0..10 {
        let resolver = resolver.clone();
        tokio::spawn(async move { resolver.lookup("a.test.", RecordType::A).await })
            .await
            .unwrap()
            .unwrap();
    }
    assert_eq!(net.count(server(A)), 1);
    let stats = resolver.stats().await.unwrap();
    assert_eq!((stats.hits, stats.misses, stats.cached), (9, 1, 1));
}

/// 9: no answer from the cache while servers fail, and none before it expires.
#[tokio::test(start_paused = true)]
async fn c9_expired_answers_are_served_while_servers_fail_and_popular_ones_are_prefetched() {
    let net = Net::default();
    good(&net, A, ms(1));
    let resolver = resolver_with(&net, &[A], |config| config.stale = Stale::RECOMMENDED);
    resolver.lookup("a.test.", RecordType::A).await.unwrap();
    silent(&net, A);
    sleep(ms(61_000)).await;
    let asked = Instant::now();
    let answer = resolver.lookup("a.test.", RecordType::A).await.unwrap();
    assert!(answer.is_stale() && answer.records()[0].ttl == 30);
    assert_eq!(asked.elapsed(), ms(1800));
    // While servers are known to be slow, no caller waits again.
    let asked = Instant::now();
    assert!(resolver.lookup("a.test.", RecordType::A).await.unwrap().is_stale());
    assert_eq!(asked.elapsed(), ms(0));
    good(&net, A, ms(1));
    sleep(ms(40_000)).await;
    assert!(!resolver.lookup("a.test.", RecordType::A).await.unwrap().is_stale());
    assert_eq!(resolver.flush(Some(name("test."))).await.unwrap(), 1);
    resolver.lookup("a.test.", RecordType::A).await.unwrap();
    // In the last tenth of its time, the answer is looked up again, and the caller does not wait.
    sleep(ms(55_000)).await;
    let (before, asked) = (net.count(server(A)), Instant::now());
    resolver.lookup("a.test.", RecordType::A).await.unwrap();
    resolver.lookup("a.test.", RecordType::A).await.unwrap();
    assert_eq!(asked.elapsed(), ms(0));
    sleep(ms(10_000)).await;
    assert_eq!(net.count(server(A)), before + 1);
    let hits = resolver.stats().await.unwrap().hits;
    resolver.lookup("a.test.", RecordType::A).await.unwrap();
    assert_eq!(resolver.stats().await.unwrap().hits, hits + 1);
}

/// 10: negative answers are cached too long, or not as the SOA record says.
#[tokio::test(start_paused = true)]
async fn c10_negative_answers_are_kept_for_the_shorter_time_of_the_soa_and_an_hour_at_most() {
    for (ttl, minimum, kept) in [(300, 20, 20), (20, 300, 20), (86_400, 86_400, 3600)] {
        let net = Net::default();
        net.serve(server(A), move |query, _| send(ms(0), &missing(query, ttl, minimum)));
        let resolver = resolver(&net, &[A]);
        let look_up = || resolver.lookup("no.test.", RecordType::A);
        look_up().await.unwrap();
        sleep(ms(kept * 1000 - kept * 1000 / 10 - 1000)).await;
        look_up().await.unwrap();
        assert_eq!(net.count(server(A)), 1, "{kept}");
        sleep(ms(kept * 1000 / 10 + 1000)).await;
        look_up().await.unwrap();
        assert_eq!(net.count(server(A)), 2, "{kept}");
    }
    // Without an SOA record, they are not kept.
    let net = Net::default();
    net.serve(server(A), |query, _| send(ms(0), &empty(query, ResponseCode::NXDomain)));
    let resolver = resolver(&net, &[A]);
    for count in 1..4 {
        resolver.lookup("no.test.", RecordType::A).await.unwrap();
        assert_eq!(net.count(server(A)), count);
    }
}

/// 11: the next server is asked after 5 s.
#[tokio::test(start_paused = true)]
async fn c11_a_late_server_is_hedged_after_10_to_300_ms_and_errors_say_what_each_server_did() {
    let net = Net::default();
    for letter in [A, B] {
        silent(&net, letter);
    }
    net.serve(server(C), |query, _| send(ms(1), &empty(query, ResponseCode::ServFail)));
    let resolver = resolver(&net, &[A, B, C]);
    let begun = Instant::now();
    let error = resolver.lookup("a.test.", RecordType::A).await.unwrap_err();
    assert_eq!(begun.elapsed(), ms(5000));
    let asked: Vec<_> = net.asked().iter().map(|asked| (asked.at - begun).as_millis()).collect();
    // B, which is not known yet, is asked together with A.
    let gaps: Vec<_> = asked[1..].windows(2).map(|pair| pair[1] - pair[0]).take(2).collect();
    assert!(gaps.iter().all(|gap| (10..=300).contains(gap)), "{asked:?}");
    let text = error.to_string();
    for part in
        ["`a.test. A`", "192.0.2.1:53: no answer", "192.0.2.3:53: answered with `Server Failure`"]
    {
        assert!(text.contains(part), "{text}");
    }
}

/// 12: surprises with `ndots` and search lists. See also `search.rs`.
#[tokio::test(start_paused = true)]
async fn c12_relative_names_are_searched_as_in_glibc() {
    let net = Net::default();
    net.serve(server(A), |query, _| {
        let is_there = query.queries[0].name == name("www.b.example.");
        send(ms(0), &if is_there { address(query, 60, "192.0.2.9") } else { missing(query, 9, 9) })
    });
    let resolver = resolver_with(&net, &[A], |config| {
        config.search.domains = vec![name("a.example."), name("b.example.")];
    });
    let found = resolver.lookup_ip("www").await.unwrap();
    assert_eq!((found.name, found.addresses.len()), (name("www.b.example."), 1));
    assert!(matches!(resolver.lookup_ip("www.").await, Err(LookupError::NotFound(_))));
    assert!(!resolver.lookup("www.x", RecordType::A).await.unwrap().exists());
    let asked: Vec<_> =
        net.asked().iter().map(|asked| asked.message.queries[0].name.to_string()).collect();
    let expected =
        ["www.a.example.", "www.a.example.", "www.b.example.", "www.b.example.", "www.", "www."];
    assert_eq!(asked[..6], expected);
    assert_eq!(asked[6..], ["www.x.", "www.x.a.example.", "www.x.b.example."]);
}

/// The clock of the cache is that of tokio.
#[tokio::test(start_paused = true)]
async fn answers_expire_by_the_clock_of_tokio() {
    let net = Net::default();
    let is_changed = Arc::new(AtomicBool::new(false));
    let changed = is_changed.clone();
    net.serve(server(A), move |query, _| {
        send(
            ms(0),
            &address(query, 60, if changed.load(Relaxed) { "192.0.2.2" } else { "192.0.2.1" }),
        )
    });
    let resolver = resolver_with(&net, &[A], |config| config.prefetch = false);
    let first = resolver.lookup("a.test.", RecordType::A).await.unwrap();
    is_changed.store(true, Relaxed);
    advance(ms(59_000)).await;
    let again = resolver.lookup("a.test.", RecordType::A).await.unwrap();
    assert_eq!((first.records(), again.ttl()), (again.records(), ms(1000)));
    advance(ms(1000)).await;
    let later = resolver.lookup("a.test.", RecordType::A).await.unwrap();
    assert_ne!(later.records(), first.records());
}
