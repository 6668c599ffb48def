// Caret: `Box::pin(refresh(1))`. Says: not known to be cancel safe.
use actor_runtime::cancel_safe::BoxCancelSafe;

async fn refresh(n: u8) -> u8 {
    n
}

fn boxed() -> BoxCancelSafe<'static, u8> {
    Box::pin(refresh(1))
}

fn main() {}
