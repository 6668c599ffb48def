// The types and traits of the prelude may mean something else where the actor is.
mod user {
    use actor_runtime::actor;

    pub struct Result;
    pub struct Option;
    pub struct Box;
    pub struct Vec;
    pub struct String;
    pub enum Nothing {
        None,
        Some,
        Ok,
        Err,
    }
    #[allow(unused_imports, reason = "there to be in the way")]
    pub use Nothing::*;
    pub trait Future {}
    pub trait Send {}
    pub trait Sync {}
    pub trait Clone {}
    pub trait Debug {}
    pub trait Into {}
    pub trait From {}
    pub trait FnOnce {}
    pub trait Drop {}

    #[derive(Default)]
    pub struct Counter {
        total: u64,
    }

    #[actor]
    impl Counter {
        pub fn add(&mut self, amount: u64) -> u64 {
            self.total += amount;
            self.total
        }

        pub async fn odd(&self, _: Result, _: Option, _: Box, _: Vec, name: &str) -> String {
            assert_eq!(name, "odd");
            String
        }

        #[on_start]
        fn load(&mut self) -> ::std::result::Result<(), String> {
            ::std::result::Result::Ok(())
        }

        #[on_stop]
        fn save(&mut self) {}

        pub fn finish(self, name: &str) -> u64 {
            assert_eq!(name, "end");
            self.total
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let counter = actor_runtime::start(user::Counter::default()).await.ok().unwrap();
    assert_eq!(counter.add(2).await.unwrap(), 2);
    let _ = counter.odd(user::Result, user::Option, user::Box, user::Vec, "odd").await.unwrap();
    assert_eq!(counter.clone().finish("end").await.unwrap(), 2);
    assert!(format!("{counter:?}").contains("Counter"));
}
