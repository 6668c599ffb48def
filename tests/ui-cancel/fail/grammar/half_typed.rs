// Caret: `=>`. Says: an identifier is missing. The other branches are still understood.
use actor_runtime::select;
use std::future::ready;

async fn run(mut rx: tokio::sync::mpsc::Receiver<u8>) {
    select! {
        x = ready(1) => { let y: u8 = x; drop(y); }
        message = rx. => {}
    }
}

fn main() {}
