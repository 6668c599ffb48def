//! What a body gives is known inside of it: `?`, `into()` and `Box<dyn ..>`.
#![deny(warnings)]

use actor_runtime::cancel_safe;
use std::error::Error;
use tokio::sync::mpsc;

#[cancel_safe]
async fn parsed(rx: &mut mpsc::Receiver<String>) -> Result<u32, Box<dyn Error + Send + Sync>> {
    let text = rx.recv().await.ok_or("closed")?;
    Ok(text.parse()?)
}

#[cancel_safe]
async fn into(number: u8) -> u64 {
    std::future::ready(()).await;
    number.into()
}

#[cancel_safe]
async fn dynamic() -> Box<dyn Fn() -> u32> {
    Box::new(|| 3)
}

#[cancel_safe]
async fn nothing(rx: &mut mpsc::Receiver<String>) {
    if rx.recv().await.is_none() {
        return;
    }
    rx.close();
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (tx, mut rx) = mpsc::channel(3);
    tx.send("7".to_owned()).await.unwrap();
    tx.send("x".to_owned()).await.unwrap();
    tx.send("y".to_owned()).await.unwrap();
    assert_eq!(parsed(&mut rx).await.unwrap(), 7);
    assert!(parsed(&mut rx).await.is_err());
    assert_eq!(into(3).await, 3);
    let dynamic = dynamic().await;
    assert_eq!(dynamic(), 3);
    nothing(&mut rx).await;
}
