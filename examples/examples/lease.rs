//! A transaction that nobody comes between, and that undoes itself if its holder goes away.
//!
//! Run with `cargo run --example lease`. Many tasks move money between two accounts, three messages
//! each time; a third of them fail in the middle. Nobody ever sees money that is on its way, and
//! in the end none is lost.

use std::error::Error;

use actor_runtime::{ActorHandle, ExitReason, actor, spawn};

/// Two accounts, and what they were when the transaction began.
#[derive(Debug)]
pub struct Bank {
    accounts: [i64; 2],
    before: Option<[i64; 2]>,
}

#[actor]
impl Bank {
    /// Takes `amount` out of `account`, or puts it in if it is negative.
    pub fn take(&mut self, account: usize, amount: i64) -> i64 {
        self.before.get_or_insert(self.accounts);
        self.accounts[account] -= amount;
        self.accounts[account]
    }

    /// Keeps what was done.
    pub fn commit(&mut self) {
        self.before = None;
    }

    /// What there is in all accounts.
    pub fn total(&self) -> i64 {
        self.accounts.iter().sum()
    }

    /// What was not committed was not done.
    #[on_release]
    fn roll_back(&mut self) {
        if let Some(before) = self.before.take() {
            self.accounts = before;
        }
    }
}

/// Moves `amount`, unless the second account is not to be had.
async fn transfer(
    bank: &BankHandle,
    amount: i64,
    is_blocked: bool,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let transaction = bank.lease().await?;
    transaction.take(0, amount).await?;
    tokio::task::yield_now().await;
    if is_blocked {
        // The transaction is dropped in its middle, as it is wherever an error or a panic ends it.
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
        // A call of its own takes its turn between two transactions.
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
