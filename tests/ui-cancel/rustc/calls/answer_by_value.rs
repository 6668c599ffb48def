// Caret: `answer`. Says: its result is lost, lend it.
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
    let answer = bank.transfer(5).sent().await.unwrap();
    select! {
        left = answer => drop(left),
    }
}

fn main() {}
