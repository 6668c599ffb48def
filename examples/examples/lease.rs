//! A transaction as a lease: no other message comes between its messages, and it is rolled back if
//! its holder fails.
//!
//! Run with `cargo run --example lease`. Many tasks transfer money between two accounts, with
//! several messages each; a third of them fail half way. No task ever sees a transfer half done,
//! and in the end no money is lost.

use std::error::Error;

use actor_runtime::{ActorHandle, ExitReason, actor, spawn};

/// Two accounts, and their balances at the start of the transaction.
#[derive(Debug)]
pub struct Bank {
    accounts: [i64; 2],
    before: Option<[i64; 2]>,
}

#[actor]
impl Bank {
    /// Withdraws `amount` from `account`, or deposits it if it is negative.
    pub fn take(&mut self, account: usize, amount: i64) -> i64 {
        self.before.get_or_insert(self.accounts);
        self.accounts[account] -= amount;
        self.accounts[account]
    }

    /// Keeps the changes.
    pub fn commit(&mut self) {
        self.before = None;
    }

    /// The sum of all accounts.
    pub fn total(&self) -> i64 {
        self.accounts.iter().sum()
    }

    /// Undoes changes that were not committed.
    #[on_release]
    fn roll_back(&mut self) {
        if let Some(before) = self.before.take() {
            self.accounts = before;
        }
    }
}

/// Transfers `amount`, unless the second account is blocked.
async fn transfer(
    bank: &BankHandle,
    amount: i64,
    is_blocked: bool,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let transaction = bank.lease().await?;
    transaction.take(0, amount).await?;
    tokio::task::yield_now().await;
    if is_blocked {
        // The lease is dropped half way, as it is whenever an error or a panic ends the
        // transaction.
        return Err("the second account is blocked".into());
    }
    transaction.take(1, -amount).await?;
    transaction.commit().await?;
    transaction.release().await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let bank = spawn(Bank { accounts: [1_000, 1_000], before: None });
    let tasks: Vec<_> = (0..100)
        .map(|number| {
            let bank = bank.clone();
            tokio::spawn(async move { transfer(&bank, 1, number % 3 == 0).await.is_ok() })
        })
        .collect();
    for _ in 0..50 {
        // A call through the ordinary handle gets its turn between two transactions.
        assert_eq!(bank.total().await?, 2_000, "money is on its way");
    }
    let mut done = 0;
    for task in tasks {
        done += i64::from(task.await?);
    }
    assert_eq!(bank.take(0, 0).await?, 1_000 - done);
    assert_eq!(bank.shutdown().await, ExitReason::Shutdown);
    assert_eq!(done, 66);
    println!("{done} of 100 transfers were done, the others left no trace");
    Ok(())
}
