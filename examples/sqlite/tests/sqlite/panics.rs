//! Panics: the caller of a panicking handler gets an error, and only its own changes are rolled back.

use actor_runtime::{ActorHandle, Builder, Context, ExitReason, OnPanic, Reply, actor};
use sqlite_actor::{Error, Options, Result, Store};

use crate::support::{Gate, Scratch, grouped};

/// An actor with a handler that panics.
struct Shaky(Store);

#[actor]
impl Shaky {
    fn open(options: &Options) -> Result<Self> {
        Ok(Self(options.open()?))
    }

    #[on_start]
    fn boot(&mut self, context: &Context<Self>) -> Result<(), Error> {
        self.0.boot(context.watch())
    }

    /// Adds a row.
    pub(crate) fn add(&mut self, name: &str, done: Reply<Result<()>>) {
        self.0.write(done, |connection| {
            connection.execute("INSERT INTO entry (name, number) VALUES (?1, 0)", [name])?;
            Ok(())
        });
    }

    /// Adds a row and panics inside the transaction.
    pub(crate) fn spoil(&mut self, name: &str, done: Reply<Result<()>>) {
        self.0.write(done, |connection| {
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
async fn a_panic_fails_only_its_own_request() {
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
async fn a_panic_that_ends_the_actor_fails_the_open_group() {
    let scratch = Scratch::new();
    let [_, group] = options(&scratch);
    let shaky = start(group, OnPanic::End).await;
    shaky.add("kept").await.unwrap().unwrap();
    let gate = Gate::close(&scratch);
    let before = shaky.add("before").sent().await.unwrap();
    let spoilt = shaky.spoil("spoilt").sent().await.unwrap();
    let after = shaky.add("after").sent().await.unwrap();
    gate.open();
    // The group was not committed, so none of its requests may be acknowledged.
    for answer in [before, after] {
        let outcome = answer.await.map_err(Error::from);
        assert!(matches!(outcome, Err(Error::Closed { .. })), "{outcome:?}");
    }
    assert!(matches!(Error::from(spoilt.await.unwrap_err()), Error::Panicked(_)));
    assert!(matches!(shaky.exited().await, ExitReason::Panicked { .. }));
    assert_eq!(scratch.names(), ["kept"]);
}
