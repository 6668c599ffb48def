// Caret: `call`. Says: the call is not marked, and `sent()`.
use actor_runtime::{actor, select};

pub struct Bank(u64);

#[actor]
impl Bank {
    pub fn transfer(&mut self, amount: u64) -> u64 {
        self.0 -= amount;
        self.0
    }

    pub async fn read(&self) -> u64 {
        self.0
    }
}

async fn run(bank: BankHandle) {
    let call = bank.transfer(5);
    select! {
        left = call => drop(left),
    }
}

fn main() {}
