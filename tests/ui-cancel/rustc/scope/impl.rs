// Caret: `self.transfer()`. Says: not known to be cancel safe.
use actor_runtime::checked_select;

struct Bank;

#[checked_select]
impl Bank {
    async fn transfer(&self) -> u8 {
        1
    }

    async fn run(&self) {
        tokio::select! {
            left = self.transfer() => drop(left),
        }
    }
}

fn main() {}
