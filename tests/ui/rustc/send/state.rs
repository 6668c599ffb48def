// Carets: `Counter`, `Names` and `Shelf`, each once. Says: what is not `Send`, and `local`.
use std::{cell::RefCell, rc::Rc};

use actor_runtime::{Reply, actor};

struct Counter {
    total: Rc<RefCell<u64>>,
}

#[actor]
impl Counter {
    pub fn get(&self) -> u64 {
        *self.total.borrow()
    }
}

struct Names {
    names: *const str,
}

#[actor]
impl Names {
    pub fn first(&self, reply: Reply<bool>) {
        reply.send(self.names.is_null());
    }
}

struct Shelf<T, U> {
    items: Vec<T>,
    by: Box<dyn Fn(U)>,
}

#[actor]
impl<T: Clone, U> Shelf<T, U> {
    pub fn items(&self, by: U) -> Vec<T> {
        (self.by)(by);
        self.items.clone()
    }
}

fn main() {}
