// Handlers may answer later, with a stream, and know their context.
use actor_runtime::{ActorHandle, Context, Replies, Reply, actor, spawn};

#[derive(Default)]
struct Gate {
    waiting: Vec<Reply<u64>>,
}

#[actor]
impl Gate {
    pub fn pass(&mut self, reply: Reply<u64>) {
        self.waiting.push(reply);
    }

    pub fn open(&mut self, context: &Context<Self>) -> usize {
        let count = self.waiting.len();
        for reply in self.waiting.drain(..) {
            reply.send(count as u64);
        }
        assert!(!context.handle().is_closed());
        count
    }

    pub async fn list(&self, end: u64, mut replies: Replies<u64>, _context: &Context<Gate>) {
        for number in 0..end {
            let _ = replies.send(number).await;
        }
    }

    pub async fn qualified(
        self,
        reply: actor_runtime::Reply<u64>,
        context: &actor_runtime::Context<Self>,
    ) {
        context.stop();
        reply.send(3);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let gate = spawn(Gate::default());
    let pass = gate.pass().sent().await.unwrap();
    assert_eq!(gate.open().await.unwrap(), 1);
    assert_eq!(pass.await.unwrap(), 1);
    let mut numbers = gate.list(2);
    assert_eq!(numbers.next().await.unwrap().unwrap(), 0);
    assert_eq!(numbers.next().await.unwrap().unwrap(), 1);
    assert!(numbers.next().await.is_none());
    assert_eq!(gate.qualified().await.unwrap(), 3);
    gate.exited().await;
}
