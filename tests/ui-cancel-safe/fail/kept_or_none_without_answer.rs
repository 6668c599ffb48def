//! The caret is under the assignment; the help is a line that compiles, also where `?` does not.

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Forward {
    rx: mpsc::Receiver<u8>,
    room: mpsc::Receiver<()>,
    next: Option<u8>,
    out: Vec<u8>,
}

impl Forward {
    #[cancel_safe]
    pub async fn forward(&mut self) {
        if self.next.is_none() {
            self.next = self.rx.recv().await;
        }
        self.room.recv().await;
        self.out.extend(self.next.take());
    }
}

fn main() {}
