// Caret: all of `refresh(1).map(..)`. Says: not known to be cancel safe, and the three ways out.
use actor_runtime::select;
use futures::FutureExt;

async fn refresh(n: u8) -> u8 {
    n
}

async fn run() {
    select! {
        x = refresh(1).map(|x| x + 1), if true => drop(x),
    }
}

fn main() {}
