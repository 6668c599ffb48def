// Caret: `dyn Fn()`, `dyn Error` and `Rc<u8>`, and nothing where the actors are spawned. Says: no message can carry it.
use std::{error::Error, rc::Rc};

use actor_runtime::{Builder, actor, spawn};

struct Jobs;

#[actor]
impl Jobs {
    pub fn run(&mut self, job: Box<dyn Fn()>) {
        job();
    }

    pub fn finish(&mut self) -> Result<(), Box<dyn Error>> {
        Ok(())
    }
}

struct Pages;

#[actor]
impl Pages {
    pub async fn count(&self, page: Rc<u8>) -> u8 {
        *page
    }
}

fn main() {
    spawn(Jobs).run(Box::new(|| {}));
    Builder::new().spawn(Pages);
}
