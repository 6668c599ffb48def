// Caret: `future`. Says: not known to be cancel safe, and the three ways out.
use actor_runtime::select;

async fn refresh(n: u8) -> u8 {
    n
}

async fn run() {
    let future = refresh(1);
    select! {
        x = future => drop(x),
    }
}

fn main() {}
