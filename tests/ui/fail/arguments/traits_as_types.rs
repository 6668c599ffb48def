// Carets: each trait, once. Message: it is a trait; take or return a trait object in a box, or what the future gives.
use actor_runtime::{actor, spawn};

struct Jobs;

#[actor]
impl Jobs {
    pub fn show(&self, what: std::fmt::Display) {
        println!("{what}");
    }

    pub fn all(&self, jobs: Vec<Iterator<Item = u8>>) -> usize {
        jobs.len()
    }

    pub fn fail(&self) -> Result<(), Box<std::error::Error>> {
        Err("no".into())
    }

    pub fn keep(&self, reply: actor_runtime::Reply<std::sync::Arc<std::any::Any>>) {
        reply.send(std::sync::Arc::new(1));
    }

    pub fn wait(&self) -> std::future::Future<Output = u8> {
        async { 1 }
    }
}

fn main() {
    let jobs = spawn(Jobs);
    let _ = jobs.show(1);
    let _ = jobs.all(vec![1_u8]);
}
