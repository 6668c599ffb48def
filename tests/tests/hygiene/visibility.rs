//! Visibilities of actors, handlers and their types.

use actor_runtime::{actor, spawn};

/// A private actor with public handlers of private types.
struct Private;

struct Job(u8);

#[allow(unreachable_pub, reason = "as people write it in a `main.rs`")]
#[actor]
impl Private {
    pub fn run(&mut self, job: Job) -> Job {
        job
    }

    pub async fn wait(self, job: Job) -> Result<Job, String> {
        Ok(job)
    }
}

#[tokio::test]
async fn private_actor() {
    let handle = spawn(Private);
    assert_eq!(handle.run(Job(1)).await.unwrap().0, 1);
    assert_eq!(handle.wait(Job(1)).await.unwrap().unwrap().0, 1);
}

/// Handlers of all visibilities, each with its own on the handle.
mod mixed {
    pub(crate) mod inner {
        use actor_runtime::actor;

        pub(crate) struct Mixed;

        #[actor]
        impl Mixed {
            pub(crate) fn in_crate(&self) -> u8 {
                1
            }

            pub(super) fn in_parent(&self) -> u8 {
                2
            }

            pub(in crate::visibility) fn in_path(&self) -> u8 {
                3
            }

            fn nowhere(&self) -> u8 {
                4
            }
        }

        pub(crate) async fn all() -> u8 {
            let handle = actor_runtime::spawn(Mixed);
            let sum = handle.in_crate().await.unwrap() + handle.in_parent().await.unwrap();
            sum + handle.in_path().await.unwrap() + Mixed.nowhere()
        }
    }
}

#[tokio::test]
async fn mixed_visibilities() {
    assert_eq!(mixed::inner::all().await, 10);
    let handle: mixed::inner::MixedHandle = spawn(mixed::inner::Mixed);
    assert_eq!(handle.in_crate().await.unwrap() + handle.in_path().await.unwrap(), 4);
}
