// What has an owned twin is lent to the handler, and the handle takes anything that becomes it.
use std::{
    ffi::{CStr, OsStr},
    path::Path,
};

use actor_runtime::{actor, spawn};

struct Log;

#[actor]
impl Log {
    pub fn text(&self, text: &str) -> usize {
        text.len()
    }

    pub async fn bytes(&self, bytes: &[u8], names: &[String]) -> usize {
        bytes.len() + names.len()
    }

    pub fn path(&self, path: &Path) -> bool {
        path.is_absolute()
    }

    pub fn system(&self, text: &OsStr, c: &CStr) -> usize {
        text.len() + c.count_bytes()
    }

    pub fn qualified(&self, text: &std::primitive::str, path: &std::path::Path) -> bool {
        path.ends_with(text)
    }

    pub async fn last(self, text: &str) -> usize {
        text.len()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let log = spawn(Log);
    assert_eq!(log.text("abc").await.unwrap(), 3);
    assert_eq!(log.text(String::from("abc")).await.unwrap(), 3);
    assert_eq!(log.text('c').await.unwrap(), 1);
    assert_eq!(log.bytes([1, 2], vec![String::new()]).await.unwrap(), 3);
    assert!(log.path("/").await.unwrap());
    assert_eq!(log.system("ab", c"cd").await.unwrap(), 4);
    assert!(log.qualified("b", "a/b").await.unwrap());
    assert_eq!(log.last("abc").await.unwrap(), 3);
}
