// Caret: `nowhere`, four times, and `missing`. Says: what rustc says of it, and nothing of `select!`.
use actor_runtime::select;
use tokio::sync::mpsc;

async fn functions(mut rx: mpsc::Receiver<u8>) {
    select! {
        x = nowhere() => drop(x),
        y = rx.recv() => drop(y),
    }
}

async fn lent(mut rx: mpsc::Receiver<u8>) {
    select! {
        x = &mut nowhere => drop(x),
        y = &mut rx => drop(y),
    }
}

async fn values(mut rx: mpsc::Receiver<u8>) {
    select! {
        x = nowhere => drop(x),
        () = tokio::time::sleep(nowhere) => {}
        y = &mut rx => drop(y),
    }
}

struct Fields(mpsc::Receiver<u8>);

impl Fields {
    async fn shared(&mut self) {
        select! {
            x = &self.missing => drop(x),
            y = self.0.recv() => drop(y),
        }
    }
}

fn main() {}
