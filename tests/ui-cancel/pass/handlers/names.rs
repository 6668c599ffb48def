//! Whatever arguments and handlers are called, and under conditions.

#![deny(warnings, missing_docs)]

use actor_runtime::{Context, Reply, actor, spawn};

/// Does little.
#[derive(Default, Debug)]
pub struct Names {
    kept: Vec<Reply<u32>>,
}

#[actor]
impl Names {
    /// An argument called like a local of the dispatch.
    #[cancel_safe(undelivered = r#final)]
    pub fn answer(&mut self, answer: u32, reply: u32) -> u32 {
        answer + reply
    }

    /// And like its parameters.
    #[actor_runtime::cancel_safe(undelivered = r#final)]
    pub async fn context(&mut self, context: &str, message: &str, own: &Context<Self>) -> u32 {
        let _ = own;
        (context.len() + message.len()) as u32
    }

    /// Later.
    #[cancel_safe(undelivered = r#final)]
    pub fn r#type(&mut self, context: u32, answer: Reply<u32>) {
        let _ = context;
        self.kept.push(answer);
    }

    /// Not there.
    #[cfg(any())]
    #[cancel_safe(undelivered = nowhere)]
    pub fn never(&mut self) -> u32 {
        0
    }

    fn r#final(&mut self, answer: u32) {
        let _ = answer;
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let names = spawn(Names::default());
    assert_eq!(names.answer(1, 2).await, Ok(3));
    assert_eq!(names.context("ab", "c").await, Ok(3));
    drop(names.r#type(1).try_call().unwrap());
}
