// Caret: all of `orders.recv()`: a name alone proves nothing. Says: not known to be cancel safe, and the three ways out.
use actor_runtime::select;

struct Orders;

impl Orders {
    async fn recv(&mut self) -> u8 {
        1
    }
}

async fn run(mut orders: Orders) {
    select! {
        order = orders.recv() => drop(order),
    }
}

fn main() {}
