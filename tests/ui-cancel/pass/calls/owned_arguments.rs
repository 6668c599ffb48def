//! Calls whose arguments their caller still has.
use std::{sync::Arc, time::Duration};

use actor_runtime::{actor, cancel_safe::assume_cancel_safe, select, spawn};
use tokio::{sync::mpsc, time::sleep};

#[derive(Default)]
struct Sink(Vec<String>);

#[actor]
impl Sink {
    #[cancel_safe(trusted = "a test")]
    pub fn put(&mut self, item: String) {
        self.0.push(item);
    }

    #[cancel_safe]
    pub fn copies(&self, number: u32, pair: (u8, char), text: &'static str) -> usize {
        number as usize + usize::from(pair.0) + text.len() + self.0.len()
    }

    #[cancel_safe]
    pub fn handles(
        &self,
        item: Arc<String>,
        sender: mpsc::Sender<u8>,
        other: Option<SinkHandle>,
    ) -> bool {
        drop((sender, other));
        item.len() + self.0.len() > 0
    }

    #[cancel_safe]
    pub fn lent(&self, text: &str, bytes: &[u8]) -> usize {
        text.len() + bytes.len() + self.0.len()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let sink = spawn(Sink::default());
    let mut answer = sink.put("a".to_owned()).sent().await.unwrap();
    select! {
        r = &mut answer => r.unwrap(),
        () = sleep(Duration::from_secs(60)) => panic!(),
    }
    let mut call = sink.put("b".to_owned());
    select! {
        r = &mut call => r.unwrap(),
        () = sleep(Duration::from_secs(60)) => panic!(),
    }
    let item = Arc::new("a".to_owned());
    let (sender, _receiver) = mpsc::channel(1);
    for _ in 0..8 {
        let again = sink.put(String::new());
        select! {
            n = sink.copies(1, (2, 'x'), "abc") => assert!(n.unwrap() >= 8),
            found = sink.handles(item.clone(), sender.clone(), Some(sink.clone())) => assert!(found.unwrap()),
            n = sink.lent("abc", &[1]) => assert!(n.unwrap() >= 6),
            r = assume_cancel_safe("an empty one is made again", again) => r.unwrap(),
        }
    }
}
