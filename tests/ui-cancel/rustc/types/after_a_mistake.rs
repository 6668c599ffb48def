// Caret: `refresh(1)`, and `message`. Says: what is wrong with each.
use actor_runtime::select;

async fn refresh(n: u8) -> u8 {
    n
}

async fn run() {
    select! {
        x = refresh(1) => drop(x),
        message => drop(message),
    }
}

fn main() {}
