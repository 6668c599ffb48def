// Caret: `message`. Says: a branch begins with a pattern.
use actor_runtime::checked_select;

#[checked_select]
async fn run() {
    tokio::select! {
        message => drop(message),
    }
}

fn main() {}
