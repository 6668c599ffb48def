//! A declaration at the root holds in all of the crate, whatever other names the root has.

#![deny(warnings)]
#![allow(dead_code, non_upper_case_globals, non_camel_case_types)]

use tokio::sync::{Barrier, OnceCell, broadcast};

actor_runtime::cancel_safe_methods! {
    Barrier: wait;
    <T> OnceCell<T>: get_or_init where T: Send;
    <T> broadcast::Sender<T>: closed;
}

fn kind() {}
const question: u8 = 1;
mod core {}
mod std {}
mod tokio_util {}
mod __select {}
struct Kind;
struct Question;
type Option = u8;

/// For all types, so that it could answer any question.
trait Asked {
    fn kind(&self) {}
}

impl<T> Asked for T {}

mod first {
    pub mod second {
        use ::std::sync::Arc;

        use actor_runtime::{cancel_safe, select};
        use tokio::sync::{Barrier, OnceCell, broadcast};

        pub struct Gate {
            pub barrier: Arc<Barrier>,
            pub name: OnceCell<u8>,
        }

        impl Gate {
            #[cancel_safe]
            pub async fn pass(&self) {
                self.barrier.wait().await;
            }

            pub async fn run(&self, sender: &mut Box<broadcast::Sender<u8>>) -> u8 {
                loop {
                    select! {
                        biased;
                        name = self.name.get_or_init(async || 7) => return *name,
                        _ = self.barrier.wait() => {}
                        () = sender.closed() => {}
                    }
                }
            }
        }
    }
}

#[::tokio::main(flavor = "current_thread")]
async fn main() {
    let (barrier, name) = (::std::sync::Arc::new(Barrier::new(1)), OnceCell::new());
    let gate = first::second::Gate { barrier, name };
    let (sender, _) = broadcast::channel(1);
    gate.pass().await;
    assert_eq!(gate.run(&mut Box::new(sender)).await, 7);
}
