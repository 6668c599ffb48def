//! Servers that do anything at any time, and callers that go at any time.

use std::time::Duration;

use dns_actor::{LookupError, RecordType, Stale};
use hickory_proto::op::{Message, ResponseCode};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::time::{Instant, sleep, timeout};

use crate::support::*;

/// What a server does with a query, by a number.
fn anything(random: u32, query: &Message) -> Vec<Act> {
    let after = ms(u64::from(random / 100 % 700));
    let good = || send(after, &address(query, 1 + random % 90, "192.0.2.7"));
    match random % 16 {
        0..=6 => good(),
        7 => Vec::new(),
        8 => refused(),
        9 => send(after, &empty(query, ResponseCode::ServFail)),
        10 => send(after, &missing(query, 30, 20)),
        11 => {
            let mut cut = empty(query, ResponseCode::NoError);
            cut.metadata.truncation = true;
            send(after, &cut)
        }
        12 => vec![Act::Send(after, random.to_be_bytes().repeat(20))],
        13 => {
            // Twice, and with something else before.
            let mut acts =
                send(ms(1), &empty(&Message::query().with_question(query), ResponseCode::Refused));
            acts.extend(good());
            acts.extend(good());
            acts
        }
        14 => vec![Act::Close],
        _ => send(after, &empty(query, ResponseCode::FormErr)),
    }
}

trait WithQuestion {
    fn with_question(self, query: &Message) -> Self;
}

impl WithQuestion for Message {
    fn with_question(mut self, query: &Message) -> Self {
        self.add_query(query.queries[0].clone());
        self
    }
}

#[tokio::test(start_paused = true)]
async fn every_look_up_ends_in_time_and_nothing_is_left() {
    for seed in 0..4_u64 {
        let net = Net::default();
        for letter in [A, B, C] {
            net.serve(server(letter), |query, _| anything(rand::random(), query));
            net.serve_tcp(server(letter), |query, _| anything(rand::random(), query));
        }
        let resolver = resolver_with(&net, &[A, B, C], |config| {
            config.questions = 64;
            config.cache = 100;
            config.random_case = seed % 2 == 0;
            config.search.domains = vec![name("one.test."), name("two.test.")];
            if seed % 3 == 0 {
                config.stale = Stale::RECOMMENDED;
            }
        });
        let mut random = StdRng::seed_from_u64(seed);
        let mut tasks = Vec::new();
        for _ in 0..800 {
            let caller = resolver.clone();
            let (number, patience) = (random.random_range(0..300), random.random_range(1..9000));
            let kind = random.random_range(0..3);
            tasks.push(tokio::spawn(async move {
                let begun = Instant::now();
                let look_up = async {
                    match kind {
                        0 => caller.lookup_ip(format!("n{number}")).await.map(drop),
                        1 => caller.lookup(format!("n{number}.x"), RecordType::A).await.map(drop),
                        _ => {
                            caller.lookup(format!("n{number}.test."), RecordType::A).await.map(drop)
                        }
                    }
                };
                match timeout(ms(patience), look_up).await {
                    Ok(Ok(()) | Err(LookupError::NotFound(_) | LookupError::Failed(_)))
                    | Err(_) => {}
                    Ok(Err(error)) => panic!("{error}"),
                }
                begun.elapsed()
            }));
            if random.random_range(0..20) == 0 {
                sleep(ms(random.random_range(0..1000))).await;
            }
            if random.random_range(0..100) == 0 {
                let few =
                    [server(A), server(B), server(C)].into_iter().take(random.random_range(1..4));
                resolver.set_servers(few).await.unwrap();
            }
        }
        for task in tasks {
            assert!(task.await.unwrap() < Duration::from_secs(10));
        }
        sleep(Duration::from_secs(60)).await;
        let stats = resolver.stats().await.unwrap();
        assert_eq!(stats.under_way, 0, "seed {seed}: {stats:?}");
        assert!(stats.cached <= 110, "{stats:?}");
        assert!(net.open() <= 6, "seed {seed}: {} sockets", net.open());
        assert!(resolver.shutdown().await.is_orderly());
        sleep(Duration::from_secs(60)).await;
        assert_eq!(net.open(), 0, "seed {seed}");
    }
}
