// Caret: `5`. Says: that it is no future, once.
use actor_runtime::select;

async fn run() {
    select! {
        five = 5 => drop(five),
    }
}

fn main() {}
