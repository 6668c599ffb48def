// An actor may be made in a function, in a test's block and in a const.
use actor_runtime::{actor, spawn};

const _: () = {
    struct Hidden;

    #[actor]
    impl Hidden {
        pub fn get(&self) {}
    }
};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    struct Counter;

    #[actor]
    impl Counter {
        pub fn get(&self) -> u64 {
            3
        }
    }

    let counter: CounterHandle = spawn(Counter);
    assert_eq!(counter.get().await.unwrap(), 3);

    {
        struct Counter;

        #[actor]
        impl Counter {
            pub fn get(&self) -> u64 {
                4
            }
        }

        assert_eq!(spawn(Counter).get().await.unwrap(), 4);
    }
}
