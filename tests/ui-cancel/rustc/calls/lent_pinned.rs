// Caret: `&mut call`. Says: it is not sent, and `sent()`.
use actor_runtime::{actor, select};
use std::pin::pin;

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
    let mut call = pin!(bank.transfer(5));
    select! {
        left = &mut call => drop(left),
    }
}

fn main() {}
