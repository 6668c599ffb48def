// Caret: all of `self.bank.transfer(5)`. Says: the handler is not marked; what to write instead.
use actor_runtime::{CallError, actor};

pub struct Bank;

#[actor]
impl Bank {
    pub fn transfer(&mut self, _amount: u32) {}
}

struct Client {
    bank: BankHandle,
}

#[actor]
impl Client {
    pub fn get(&self) {}

    #[on(self.bank.transfer(5))]
    fn moved(&mut self, _: Result<(), CallError>) {}
}

fn main() {}
