// Caret: `future`, which may be any. Says: not known to be cancel safe, and the three ways out.
use actor_runtime::select;

async fn run<F: Future<Output = u8>>(future: F) {
    select! {
        x = future => drop(x),
    }
}

fn main() {}
