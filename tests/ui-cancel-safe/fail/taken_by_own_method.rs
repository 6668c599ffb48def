//! The caret is under `self.next_job()`.

use actor_runtime::cancel_safe;
use std::collections::VecDeque;
use tokio::{io::AsyncWriteExt, net::TcpStream};

pub struct Job;

pub struct Worker {
    stream: TcpStream,
    queue: VecDeque<Job>,
}

impl Worker {
    fn next_job(&mut self) -> Option<Job> {
        self.queue.pop_front()
    }

    #[cancel_safe]
    pub async fn work(&mut self) -> Option<Job> {
        let job = self.next_job();
        self.stream.flush().await.ok();
        job
    }
}

fn main() {}
