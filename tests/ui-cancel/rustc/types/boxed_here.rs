// Caret: all of `Box::pin(..)`. Says: not known to be cancel safe, and the three ways out.
use actor_runtime::select;

async fn refresh(n: u8) -> u8 {
    n
}

async fn run() {
    select! {
        x = Box::pin(refresh(1)) => drop(x),
    }
}

fn main() {}
