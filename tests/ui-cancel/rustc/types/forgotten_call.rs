// Caret: `refresh`. Says: that it is no future, once.
use actor_runtime::select;

async fn refresh(n: u8) -> u8 {
    n
}

async fn run() {
    select! {
        x = refresh => drop(x),
    }
}

fn main() {}
