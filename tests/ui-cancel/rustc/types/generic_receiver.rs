// Caret: all of `source.recv()`. Says: not known to be cancel safe, and the three ways out.
use actor_runtime::select;

trait Source {
    async fn recv(&mut self) -> u8;
}

async fn run(mut source: impl Source) {
    select! {
        x = source.recv() => drop(x),
    }
}

fn main() {}
