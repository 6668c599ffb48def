//! Sources that wait for other actors, which call back: a wait only if the actor holds its messages back.

use std::future::pending as never;

use actor_runtime::{ActorHandle, Answer, CallError, CallErrorKind, Context, actor, cancel_safe};

use crate::support::{Rig, now, pending, ready, rig, said};

/// Waits for an answer in a source.
struct Front {
    back: BackHandle,
    answer: Option<Answer<String>>,
    takes_messages: bool,
    got: Vec<String>,
}

/// Waits for the answer, if there is one.
#[cancel_safe]
async fn answered(answer: &mut Option<Answer<String>>) -> Result<String, CallError> {
    match answer {
        Some(answer) => answer.await,
        None => never().await,
    }
}

#[actor(messages_if = self.takes_messages || self.answer.is_none())]
impl Front {
    /// Asks the other actor, without waiting for its answer.
    pub(crate) async fn ask(&mut self, context: &Context<Self>) {
        let itself = context.handle().upgrade().unwrap();
        self.answer = Some(self.back.work(itself).try_call().unwrap());
    }

    /// What it has got.
    pub(crate) async fn got(&self) -> Vec<String> {
        self.got.clone()
    }

    /// Gives a number.
    pub(crate) async fn number(&self) -> u32 {
        7
    }

    #[on(answered(&mut self.answer))]
    fn answered(&mut self, answer: Result<String, CallError>) {
        self.answer = None;
        self.got.push(said(answer));
    }
}

/// Calls back.
struct Back;

#[actor]
impl Back {
    /// Asks the caller for a number.
    pub(crate) async fn work(&self, front: FrontHandle) -> String {
        match front.number().await {
            Ok(number) => number.to_string(),
            Err(error) => {
                assert!(matches!(error.kind(), CallErrorKind::WouldDeadlock { .. }), "{error}");
                "refused".into()
            }
        }
    }
}

fn front(takes_messages: bool) -> (FrontHandle, Rig<Front>, Rig<Back>) {
    let (back, back_loop) = rig(Back);
    let (front, front_loop) = rig(Front { back, answer: None, takes_messages, got: Vec::new() });
    (front, front_loop, back_loop)
}

/// Runs both loops until neither has anything to do.
fn run(front: &mut Rig<Front>, back: &mut Rig<Back>) {
    for _ in 0..10 {
        front.turn();
        back.turn();
    }
}

#[test]
fn an_actor_that_waits_in_a_source_may_be_called() {
    let (front, mut front_loop, mut back_loop) = front(true);
    for _ in 0..2 {
        now(front.ask().cast()).unwrap();
        // It waits in its source before it is called.
        front_loop.turn();
        run(&mut front_loop, &mut back_loop);
    }
    let mut got = pending(front.got());
    front_loop.turn();
    assert_eq!(ready(&mut got).unwrap(), ["answered \"7\"", "answered \"7\""]);
}

#[test]
fn a_call_to_an_actor_that_holds_its_messages_back_for_the_caller_is_refused() {
    let (front, mut front_loop, mut back_loop) = front(false);
    for _ in 0..2 {
        now(front.ask().cast()).unwrap();
        front_loop.turn();
        run(&mut front_loop, &mut back_loop);
    }
    let mut got = pending(front.got());
    front_loop.turn();
    assert_eq!(ready(&mut got).unwrap(), ["answered \"refused\"", "answered \"refused\""]);
    front.abort();
}
