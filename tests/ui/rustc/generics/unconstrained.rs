// Carets: `U`, `N` and `T`, each once. Says: nothing constrains them; nothing else about the handlers.
use actor_runtime::{actor, spawn};

struct Store<T>(Vec<T>);

#[actor]
impl<T: Send + 'static, U: Into<T>, const N: usize> Store<T> {
    #[on_start]
    fn begin(&mut self) {}

    pub fn put(&mut self, item: U) {
        self.0.push(item.into());
    }

    pub async fn put_all(&mut self, items: [U; N]) {
        self.0.extend(items.map(Into::into));
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}

struct Log;

#[actor]
impl<T: ToString + Send + 'static> Log {
    pub fn write(&mut self, line: T) {
        println!("{}", line.to_string());
    }
}

struct App {
    log: LogHandle,
}

async fn uses(app: App) {
    app.log.write(1).await.unwrap();
    let store = spawn(Store(vec![1_u64]));
    store.put(1_u8).await.unwrap();
    let _len: usize = store.len().await.unwrap();
}

fn main() {
    drop(uses(App { log: spawn(Log) }));
}
