// Caret: all of the `async` block. Says: not known to be cancel safe, and the three ways out.
use actor_runtime::select;

async fn refresh(n: u8) -> u8 {
    n
}

async fn run() {
    select! {
        x = async { refresh(1).await + refresh(2).await } => drop(x),
    }
}

fn main() {}
