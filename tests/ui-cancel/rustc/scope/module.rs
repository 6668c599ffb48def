// Caret: `bank.transfer()`, twice, at their places. Says: not known to be cancel safe.
use actor_runtime::checked_select;

#[checked_select]
mod app {
    use tokio::{select, sync::mpsc};

    pub struct Bank;

    impl Bank {
        pub async fn transfer(&self) -> u8 {
            1
        }
    }

    pub async fn main_loop(bank: Bank, mut receiver: mpsc::Receiver<u8>) {
        loop {
            select! {
                Some(message) = receiver.recv() => {
                    tokio::select! {
                        left = bank.transfer() => drop(left),
                        _ = std::future::ready(message) => {}
                    }
                }
                left = bank.transfer(), if true => drop(left),
                else => break,
            }
        }
    }
}

fn main() {}
