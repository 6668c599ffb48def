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

/// Two restricted visibilities, of which each may be the wider one.
mod restricted {
    pub(crate) mod shallow {
        use actor_runtime::actor;

        pub(crate) struct Shallow;

        #[actor]
        impl Shallow {
            pub(in crate::visibility::restricted::shallow) fn narrow(&self) -> u8 {
                1
            }

            pub(super) fn wide(&self) -> u8 {
                2
            }
        }

        pub(crate) async fn narrow(handle: &ShallowHandle) -> u8 {
            handle.narrow().await.unwrap()
        }
    }

    pub(crate) mod deep {
        pub(crate) mod deeper {
            use actor_runtime::actor;

            pub(crate) struct Deep;

            #[actor]
            impl Deep {
                pub(super) fn narrow(&self) -> u8 {
                    1
                }

                pub(in crate::visibility) fn wide(&self) -> u8 {
                    2
                }

                pub(in super::super) fn between(&self) -> u8 {
                    4
                }
            }
        }

        pub(crate) async fn narrow(handle: &deeper::DeepHandle) -> u8 {
            handle.narrow().await.unwrap()
        }
    }

    /// Paths that begin with `self` lead out of modules, too.
    pub(crate) mod by_self {
        pub(crate) mod inner {
            use actor_runtime::actor;

            pub(in super::super) struct BySelf;

            #[actor]
            impl BySelf {
                pub(super) fn narrow(&self) -> u8 {
                    1
                }

                pub(in self::super::super) fn wide(&self) -> u8 {
                    2
                }
            }
        }

        pub(super) async fn narrow(handle: &inner::BySelfHandle) -> u8 {
            handle.narrow().await.unwrap()
        }
    }

    pub(crate) async fn by_self() -> u8 {
        let handle: by_self::inner::BySelfHandle = actor_runtime::spawn(by_self::inner::BySelf);
        by_self::narrow(&handle).await + handle.wide().await.unwrap()
    }

    pub(crate) async fn wide(handle: &shallow::ShallowHandle) -> u8 {
        handle.wide().await.unwrap()
    }

    pub(crate) async fn between(handle: &deep::deeper::DeepHandle) -> u8 {
        handle.between().await.unwrap()
    }
}

#[tokio::test]
async fn handles_reach_as_far_as_the_widest_handler() {
    let shallow = spawn(restricted::shallow::Shallow);
    assert_eq!(restricted::shallow::narrow(&shallow).await + restricted::wide(&shallow).await, 3);
    let deep: restricted::deep::deeper::DeepHandle = spawn(restricted::deep::deeper::Deep);
    let narrow = restricted::deep::narrow(&deep).await;
    assert_eq!(narrow + deep.wide().await.unwrap() + restricted::between(&deep).await, 7);
    assert_eq!(restricted::by_self().await, 3);
}
