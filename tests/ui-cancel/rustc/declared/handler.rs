// Caret: the method. Says: a handler is marked instead.
use actor_runtime::actor;

pub struct Bank;

#[actor]
impl Bank {
    pub fn transfer(&mut self) {}
}

actor_runtime::cancel_safe_methods! {
    BankHandle: transfer;
}

fn main() {}
