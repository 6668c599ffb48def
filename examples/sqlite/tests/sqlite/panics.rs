//! A handler that panics: its caller is told, what it did is undone, and nothing else is.

use actor_runtime::{ActorHandle, Builder, ExitReason, OnPanic, Reply, actor};
use sqlite_actor::{Error, Options, Result, Store};

use crate::support::{Gate, Scratch, grouped};

/// Writes, and panics when asked to.
struct Shaky(Store);

#[actor]
impl Shaky {
    fn open(options: &Options) -> Result<Self> {
        Ok(Self(options.open()?))
    }

    #[on_start]
    fn boot(&mut self) -> Result<(), Error> {
        self.0.boot()
    }

    /// Adds a row.
    pub(crate) fn add(&mut self, name: &str, done: Reply<Result<()>>) {
        self.0.write(done, |connection| {
            connection.execute("INSERT INTO entry (name, number) VALUES (?1, 0)", [name])?;
            Ok(())
        });
    }

    /// Adds a row and panics before it is done.
    pub(crate) fn spoil(&mut self, name: &str, done: Reply<Result<()>>) {
        self.0.transaction(done, |connection| {
            connection.execute("INSERT INTO entry (name, number) VALUES (?1, 0)", [name])?;
            panic!("on purpose");
        });
    }

    #[on_idle]
    fn commit_group(&mut self) {
        self.0.flush();
    }

    #[on_stop]
    fn close_store(&mut self) {
        self.0.close();
    }
}

async fn start(options: Options, on_panic: OnPanic) -> ShakyHandle {
    let builder = Builder::new().on_panic(on_panic);
    builder.start_thread(move || Shaky::open(&options)).await.unwrap()
}

fn options(scratch: &Scratch) -> [Options; 2] {
    [scratch.options(), scratch.options().group_commit(grouped(16))]
}

#[tokio::test]
async fn fails_its_own_caller_only() {
    for which in 0..2 {
        let scratch = Scratch::new();
        let [alone, group] = options(&scratch);
        let shaky = start([alone, group][which].clone(), OnPanic::Continue).await;
        let gate = Gate::close(&scratch);
        let before = shaky.add("before").sent().await.unwrap();
        let spoilt = shaky.spoil("spoilt").sent().await.unwrap();
        let after = shaky.add("after").sent().await.unwrap();
        gate.open();
        before.await.unwrap().unwrap();
        after.await.unwrap().unwrap();
        match Error::from(spoilt.await.unwrap_err()) {
            Error::Panicked(message) => assert_eq!(&*message, "on purpose"),
            error => panic!("{error:?}"),
        }
        assert_eq!(scratch.names(), ["before", "after"]);
    }
}

#[tokio::test]
async fn ends_the_actor_if_that_is_wanted_and_every_caller_is_told() {
    let scratch = Scratch::new();
    let [_, group] = options(&scratch);
    let shaky = start(group, OnPanic::End).await;
    shaky.add("kept").await.unwrap().unwrap();
    let gate = Gate::close(&scratch);
    let before = shaky.add("before").sent().await.unwrap();
    let spoilt = shaky.spoil("spoilt").sent().await.unwrap();
    let after = shaky.add("after").sent().await.unwrap();
    gate.open();
    // Its group was never committed, so it must not be told that it was.
    for answer in [before, after] {
        let outcome = answer.await.map_err(Error::from);
        assert!(matches!(outcome, Err(Error::Closed { .. })), "{outcome:?}");
    }
    assert!(matches!(Error::from(spoilt.await.unwrap_err()), Error::Panicked(_)));
    assert!(matches!(shaky.exited().await, ExitReason::Panicked { .. }));
    assert_eq!(scratch.names(), ["kept"]);
}
