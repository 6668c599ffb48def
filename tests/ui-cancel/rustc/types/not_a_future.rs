// Caret: `list.len()`. Says: that it is no future, once.
use actor_runtime::select;

async fn run(list: Vec<u8>) {
    select! {
        count = list.len() => println!("{count}"),
    }
}

fn main() {}
