// A `'static` borrow travels as it is, as an argument and as an answer.
use std::borrow::Cow;

use actor_runtime::{actor, spawn};

static NAMES: [&str; 2] = ["one", "two"];

struct Names;

#[actor]
impl Names {
    pub fn first(&self, names: &'static [&'static str]) -> &'static str {
        names[0]
    }

    pub fn all(&self) -> Option<&'static [&'static str]> {
        Some(&NAMES)
    }

    pub fn cow(&self, name: Cow<'static, str>) -> Cow<'static, str> {
        name
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let names = spawn(Names);
    assert_eq!(names.first(&NAMES).await.unwrap(), "one");
    assert_eq!(names.all().await.unwrap().unwrap().len(), 2);
    assert_eq!(names.cow("three".into()).await.unwrap(), "three");
}
