// Caret: `buffer` in the call that waits. Says: it lives only in this call [CS3]; the second: `element` [CS1].
use actor_runtime::actor;
use tokio::sync::mpsc;

pub struct Stack {
    rx: mpsc::Receiver<u32>,
    tx: mpsc::Sender<u32>,
}

#[actor]
impl Stack {
    #[cancel_safe(undelivered = put_back)]
    pub async fn take_two(&mut self) -> Vec<u32> {
        let mut buffer = Vec::new();
        self.rx.recv_many(&mut buffer, 2).await;
        self.rx.recv_many(&mut buffer, 2).await;
        buffer
    }

    #[cancel_safe(idempotent)]
    pub async fn forward(&mut self) {
        if let Some(element) = self.rx.recv().await {
            let _ = self.tx.send(element).await;
        }
    }

    fn put_back(&mut self, elements: Vec<u32>) {
        drop(elements);
    }
}

fn main() {}
