//! Settings and answers that are out of proportion.

use std::time::Duration;

use dns_actor::{Failure, LookupError, RecordType, Stale};
use hickory_proto::op::ResponseCode;
use tokio::time::sleep;

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn settings_without_measure_are_bounded() {
    let net = Net::default();
    good(&net, A, ms(1));
    let resolver = resolver_with(&net, &[A], |config| {
        config.attempt = Duration::MAX;
        config.total = Duration::MAX;
        config.stale = Stale::After { after: Duration::MAX, max: Duration::MAX };
        config.questions = 0;
        config.cache = usize::MAX;
    });
    for index in 0..3 {
        assert!(resolver.lookup(format!("n{index}.test."), RecordType::A).await.unwrap().exists());
    }
    sleep(Duration::from_secs(100 * 86_400)).await;
    net.serve(server(A), |_, _| refused());
    assert!(resolver.lookup("n0.test.", RecordType::A).await.unwrap().is_stale());
    let nothing = resolver_with(&net, &[A], |config| {
        config.attempt = Duration::ZERO;
        config.total = Duration::ZERO;
    });
    nothing.lookup("n0.test.", RecordType::A).await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn the_cache_is_bounded_by_names_and_by_bytes() {
    for (bytes, names, most) in [(100, 3000, 1000), (20_000, 300, 60)] {
        let net = Net::default();
        net.serve(server(A), move |query, _| {
            let mut message = address(query, 600, "192.0.2.7");
            let text = format!("\"{}\"", "x".repeat(200));
            for _ in 0..bytes / 200 {
                message.add_additional(record("more.test.", 600, RecordType::TXT, &text));
            }
            send(ms(0), &message)
        });
        let resolver = resolver_with(&net, &[A], |config| config.cache = 1000);
        for index in 0..names {
            resolver.lookup(format!("n{index}.test."), RecordType::A).await.unwrap();
            // A name that is in use stays.
            resolver.lookup("popular.test.", RecordType::A).await.unwrap();
        }
        let cached = resolver.stats().await.unwrap().cached;
        assert!((most / 4..=most).contains(&cached), "{bytes}: {cached}");
        let popular =
            |asked: &&crate::net::Asked| asked.message.queries[0].name == name("popular.test.");
        assert_eq!(net.asked().iter().filter(popular).count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_truncated_over_tcp_is_a_failure() {
    let net = Net::default();
    let cut = |query: &hickory_proto::op::Message, _: &[u8]| {
        let mut message = empty(query, ResponseCode::NoError);
        message.metadata.truncation = true;
        send(ms(0), &message)
    };
    net.serve(server(A), cut);
    net.serve_tcp(server(A), cut);
    let resolver = resolver(&net, &[A]);
    let error = resolver.lookup("a.test.", RecordType::A).await.unwrap_err();
    let LookupError::Failed(failed) = error else { panic!("{error}") };
    assert_eq!(failed.attempts[0].failure, Failure::Truncated);
}

/// Every name is different and no server answers, as when random names are looked up.
#[tokio::test(start_paused = true)]
async fn names_without_answers_do_not_keep_those_in_the_cache_waiting() {
    let net = Net::default();
    good(&net, A, ms(0));
    let resolver = resolver_with(&net, &[A], |config| config.questions = 50);
    resolver.lookup("known.test.", RecordType::A).await.unwrap();
    silent(&net, A);
    let tasks: Vec<_> = (0..5000)
        .map(|index| {
            let resolver = resolver.clone();
            tokio::spawn(async move {
                let name = format!("n{index}.test.");
                tokio::time::timeout(ms(3000), resolver.lookup(name, RecordType::A)).await
            })
        })
        .collect();
    sleep(ms(1000)).await;
    let begun = tokio::time::Instant::now();
    assert!(resolver.lookup("known.test.", RecordType::A).await.unwrap().exists());
    assert_eq!(begun.elapsed(), ms(0));
    for task in tasks {
        assert!(task.await.unwrap().is_err());
    }
    good(&net, A, ms(0));
    sleep(ms(10_000)).await;
    assert!(resolver.lookup("later.test.", RecordType::A).await.unwrap().exists());
}
