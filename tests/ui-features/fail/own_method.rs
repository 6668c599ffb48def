// The call of `cancelled`: a type of the user's may have a method of that name.

struct Order;

impl Order {
    async fn cancelled(&self) {}
}

#[actor_runtime::cancel_safe]
async fn wait(order: &Order) {
    order.cancelled().await;
}

fn main() {
    let _ = wait(&Order);
}
