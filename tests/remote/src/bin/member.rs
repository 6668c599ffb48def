//! A process that serves a ledger and a source: `member ADDRESS NAME FILE`. It ends when its input does.

use std::{io::Read, path::Path, process::exit, thread};

use actor_remote_tests::ledger::{Ledger, LedgerHandle, Source, SourceHandle};
use actor_runtime::Scope;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, name, file] = &arguments[..] else { return Err("ADDRESS NAME FILE".into()) };
    thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        exit(0);
    });
    let link = actor_nats::connect(address).await?;
    let scope = Scope::new();
    let ledger: LedgerHandle = scope.spawn(Ledger::open(Path::new(file))?);
    let source: SourceHandle = scope.spawn(Source);
    link.serve(name, &ledger, &scope).await?;
    link.serve(&format!("{name}.source"), &source, &scope).await?;
    println!("ready");
    std::future::pending().await
}
