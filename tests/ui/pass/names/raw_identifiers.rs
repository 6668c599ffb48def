// The actor, its handlers and their arguments may have raw identifiers for names.
#![allow(non_camel_case_types)]

use actor_runtime::{actor, spawn};

struct r#move {
    r#type: u64,
}

#[actor]
impl r#move {
    pub fn r#type(&self) -> u64 {
        self.r#type
    }

    pub fn r#match(&mut self, r#in: u64, r#fn: &str) -> String {
        self.r#type = r#in;
        r#fn.to_owned()
    }

    pub async fn r#try(self, r#async: u64) -> u64 {
        self.r#type + r#async
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let handle: moveHandle = spawn(r#move { r#type: 1 });
    assert_eq!(handle.r#type().await.unwrap(), 1);
    assert_eq!(handle.r#match(2, "two").await.unwrap(), "two");
    assert_eq!(handle.r#try(3).await.unwrap(), 5);
}
