// Borrows in the signature of a function type are its own, and jobs can be boxed.
use std::{future::Future, pin::Pin};

use actor_runtime::{actor, spawn};

type Job = Box<dyn FnOnce(&mut u64) + Send>;

struct Worker(u64);

#[actor]
impl Worker {
    pub fn pointer(&self, f: fn(&str) -> &str) -> usize {
        f("abc").len()
    }

    pub fn boxed(&mut self, job: Job, other: Box<dyn Fn(&str) -> usize + Send + Sync>) -> u64 {
        job(&mut self.0);
        self.0 + other("ab") as u64
    }

    pub fn higher(&self, f: Box<dyn for<'a> Fn(&'a [u8]) -> &'a [u8] + Send>) -> usize {
        f(&[1, 2]).len()
    }

    pub async fn future(&self, future: Pin<Box<dyn Future<Output = u64> + Send>>) -> u64 {
        future.await
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let worker = spawn(Worker(1));
    assert_eq!(worker.pointer(str::trim).await.unwrap(), 3);
    assert_eq!(worker.boxed(Box::new(|total| *total += 1), Box::new(str::len)).await.unwrap(), 4);
    assert_eq!(worker.higher(Box::new(|bytes| &bytes[1..])).await.unwrap(), 1);
    assert_eq!(worker.future(Box::pin(async { 3 })).await.unwrap(), 3);
}
