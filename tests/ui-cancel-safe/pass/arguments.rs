//! Arguments are dropped with the future and not before, also those that the body never names.

use actor_runtime::cancel_safe;
use std::{cell::Cell, rc::Rc};

struct Guard(Rc<Cell<bool>>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

#[cancel_safe]
async fn unnamed(_: Guard, _named: Guard) {}

struct Owner(Guard);

impl Owner {
    #[cancel_safe(trusted = "nothing is done")]
    async fn by_value(self) {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let dropped = Rc::new(Cell::new(false));
    let future = unnamed(Guard(dropped.clone()), Guard(Rc::default()));
    assert!(!dropped.get());
    future.await;
    assert!(dropped.get());

    let dropped = Rc::new(Cell::new(false));
    let future = Owner(Guard(dropped.clone())).by_value();
    assert!(!dropped.get());
    drop(future);
    assert!(dropped.get());
}
