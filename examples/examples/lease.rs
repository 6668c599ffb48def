//! A transaction as a lease: the actor handles no other messages in between, and rolls back if the
//! holder fails.
//!
//! Run with `cargo run -p actor-examples --example lease`. Many tasks transfer money between two accounts, with
//! several messages each. A third of them fail after the first message. No task observes a partial
//! transfer, and the total stays the same.

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

    /// Commits the changes.
    pub fn commit(&mut self) {
        self.before = None;
    }

    /// Returns the sum of all accounts.
    pub fn total(&self) -> i64 {
        self.accounts.iter().sum()
    }

    /// Rolls back uncommitted changes.
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
        // This drops the lease, as does any error or panic during the transaction.
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
        // A call through the ordinary handle is handled between two transactions.
        assert_eq!(bank.total().await?, 2_000, "a partial transfer is visible");
    }
    let mut done = 0;
    for task in tasks {
        done += i64::from(task.await?);
    }
    assert_eq!(bank.take(0, 0).await?, 1_000 - done);
    assert_eq!(bank.shutdown().await, ExitReason::Shutdown);
    assert_eq!(done, 66);
    println!("{done} of 100 transfers were committed, the others were rolled back");
    Ok(())
}
