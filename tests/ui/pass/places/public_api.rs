// A private actor may have public handlers, and a public one types that are only nameable.
#![deny(warnings, private_interfaces, private_bounds)]

pub mod api {
    use actor_runtime::{actor, spawn};

    struct Hidden {
        total: u64,
    }

    #[actor]
    impl Hidden {
        /// Adds `amount`.
        pub fn add(&mut self, amount: u64) -> u64 {
            self.total += amount;
            self.total
        }

        pub(crate) fn clear(&mut self) {
            self.total = 0;
        }
    }

    pub fn hidden() -> HiddenHandle {
        let hidden = spawn(Hidden { total: 1 });
        hidden.clear().try_cast().unwrap();
        hidden
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(api::hidden().add(1).await.unwrap(), 1);
}
