//! Answers that were forged, damaged or misaddressed.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use dns_actor::{Answer, LookupError, RecordType, Resolver};
use hickory_proto::op::Message;

use crate::support::*;

/// The address of the true answer.
const TRUE: &str = "192.0.2.200";

/// Lets the server send `forged` before the true answer, and looks a name up.
async fn receive(
    forged: impl Fn(&[u8], &Message) -> Vec<u8> + Send + Sync + 'static,
) -> Result<Arc<Answer>, LookupError> {
    let net = Net::default();
    net.serve(server(A), move |query, _| {
        let answer = address(query, 60, TRUE).to_vec().unwrap();
        let forged = forged(&answer, query);
        vec![Act::Send(ms(1), forged), Act::Send(ms(2), answer)]
    });
    resolver(&net, &[A]).lookup("www.test.", RecordType::A).await
}

fn is_true(answer: &Answer) -> bool {
    answer.data().map(ToString::to_string).eq([TRUE.to_owned()])
}

/// How long the answer is up to the end of its question: the header, the name, the type and the class.
const QUESTION_END: usize = 12 + 10 + 4;

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_cut_anywhere_is_not_accepted() {
    let length = address(&Question::query(), 60, TRUE).to_vec().unwrap().len();
    for cut in 0..length {
        let answer = receive(move |bytes, _| bytes[..cut].to_vec()).await.unwrap();
        assert!(is_true(&answer) && answer.records()[0].ttl == 60, "{cut}");
    }
    for more in [1, 2, 12, 1000] {
        let forged = move |_: &[u8], query: &Message| {
            let bytes = address(query, 60, "192.0.2.66").to_vec().unwrap();
            [bytes, vec![7; more]].concat()
        };
        let answer = receive(forged).await.unwrap();
        assert!(is_true(&answer), "{more} more");
    }
}

/// A bit that flips in the data of a record cannot be noticed here (UDP has a checksum for it). It may then
/// change this datum, and nothing else.
#[tokio::test(start_paused = true)]
async fn an_answer_with_a_bit_flipped_in_its_header_or_question_is_not_accepted() {
    let length = address(&Question::query(), 60, TRUE).to_vec().unwrap().len();
    for bit in 0..length * 8 {
        let (byte, mask) = (bit / 8, 1 << (7 - bit % 8));
        let outcome = receive(move |bytes, _| {
            let mut bytes = bytes.to_vec();
            bytes[byte] ^= mask;
            bytes
        })
        .await;
        let answer = match outcome {
            Ok(answer) => answer,
            // The code of the response is in the lower half of the fourth byte. The TC bit leads to TCP, where
            // this server does not listen.
            Err(LookupError::Failed(_)) if byte == 3 && mask < 16 => continue,
            Err(LookupError::Failed(_)) if byte == 2 && mask == 2 => continue,
            Err(error) => panic!("byte {byte}, mask {mask}: {error}"),
        };
        let is_question = byte < 2 || byte == 2 && mask > 7 || (4..QUESTION_END).contains(&byte);
        if is_question {
            assert!(is_true(&answer), "byte {byte}, mask {mask}");
        }
        assert!(answer.records().len() <= 1);
        assert!(answer.records().iter().all(|record| record.name == name("www.test.")));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_another_question_is_not_accepted() {
    type Change = fn(&mut Message);
    let changes: [(&str, Change); 8] = [
        ("another name", |message| message.queries[0].name = name("other.test.")),
        ("another type", |message| message.queries[0].query_type = RecordType::AAAA),
        ("another class", |message| {
            message.queries[0].query_class = hickory_proto::rr::DNSClass::CH;
        }),
        ("no question", |message| message.queries.clear()),
        ("two questions", |message| message.queries.push(message.queries[0].clone())),
        ("another id", |message| message.metadata.id ^= 1),
        ("a query", |message| {
            message.metadata.message_type = hickory_proto::op::MessageType::Query;
        }),
        ("an update", |message| message.metadata.op_code = hickory_proto::op::OpCode::Update),
    ];
    for (what, change) in changes {
        let forged = move |_: &[u8], query: &Message| {
            let mut message = address(query, 60, "192.0.2.66");
            change(&mut message);
            message.to_vec().unwrap()
        };
        let answer = receive(forged).await.unwrap();
        assert!(is_true(&answer), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn records_about_other_names_are_removed() {
    let answer = receive(|_, query| {
        let mut message = address(query, 60, TRUE);
        message.add_answer(record("bank.example.", 60, RecordType::A, "192.0.2.66"));
        message.add_answer(record("test.", 60, RecordType::A, "192.0.2.66"));
        message.to_vec().unwrap()
    });
    assert!(is_true(&answer.await.unwrap()));
    // Aliases are followed, and end where they repeat themselves.
    let answer = receive(|_, query| {
        let mut message = empty(query, hickory_proto::op::ResponseCode::NoError);
        message.add_answer(record("www.test.", 60, RecordType::CNAME, "a.test."));
        message.add_answer(record("a.test.", 60, RecordType::CNAME, "b.test."));
        message.add_answer(record("b.test.", 60, RecordType::CNAME, "www.test."));
        message.add_answer(record("b.test.", 60, RecordType::A, TRUE));
        message.add_answer(record("c.test.", 60, RecordType::A, "192.0.2.66"));
        message.to_vec().unwrap()
    });
    let answer = answer.await.unwrap();
    assert!(is_true(&answer) && answer.records().len() == 4);
}

/// Sends 64 forged answers to each query, in the time before the true one.
#[tokio::test(start_paused = true)]
async fn a_socket_whose_ids_are_guessed_is_replaced_and_the_question_sent_again() {
    let net = Net::default();
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = sent.clone();
    net.serve(server(A), move |query, _| {
        let mut acts = Vec::new();
        if counter.fetch_add(1, Relaxed) == 0 {
            for guess in 0..64_u16 {
                let mut forged = address(query, 60, "192.0.2.66");
                forged.metadata.id = query.metadata.id.wrapping_add(1 + guess);
                acts.extend(send(ms(1), &forged));
            }
        }
        acts.extend(send(ms(5), &address(query, 60, TRUE)));
        acts
    });
    let answer = resolver(&net, &[A]).lookup("www.test.", RecordType::A).await.unwrap();
    assert!(is_true(&answer));
    let asked = net.asked();
    assert_eq!(asked.len(), 2);
    assert_ne!(asked[0].socket, asked[1].socket);
}

#[tokio::test(start_paused = true)]
async fn ids_and_upper_and_lower_case_are_random_and_compared() {
    let net = Net::default();
    net.serve(server(A), |query, _| {
        let mut forged = address(query, 60, "192.0.2.66");
        forged.queries[0].name = query.queries[0].name.to_lowercase();
        let mut acts = send(ms(1), &forged);
        acts.extend(send(ms(2), &address(query, 60, TRUE)));
        acts
    });
    let resolver: Resolver = resolver_with(&net, &[A], |config| config.random_case = true);
    for index in 0..100 {
        let text = format!("abcdefghijklmnopqrstuvwxyz{index}.test.");
        let answer = resolver.lookup(text.as_str(), RecordType::A).await.unwrap();
        assert!(is_true(&answer));
        // The caller gets its own case back.
        assert_eq!(answer.records()[0].name.to_string(), text);
    }
    let asked = net.asked();
    let ids: std::collections::HashSet<u16> =
        asked.iter().map(|asked| asked.message.metadata.id).collect();
    assert!(ids.len() > 90, "{} of 100 ids differ", ids.len());
    let is_mixed = |text: &str| {
        text.chars().any(|letter| letter.is_ascii_uppercase())
            && text.chars().any(|letter| letter.is_ascii_lowercase())
    };
    assert!(asked.iter().all(|asked| is_mixed(&asked.message.queries[0].name.to_string())));
}

/// The query of which the answers are made that only have their length compared.
struct Question;

impl Question {
    fn query() -> Message {
        let mut message = Message::query();
        message.add_query(hickory_proto::op::Query::query(name("www.test."), RecordType::A));
        message
    }
}
