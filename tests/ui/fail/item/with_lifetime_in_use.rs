// Caret: `'a`, once. Message: an actor cannot borrow. The handle is there, in types and in calls.
use actor_runtime::{actor, spawn};

struct Parser<'a, T> {
    text: &'a str,
    rest: T,
}

#[actor]
impl<'a, T> Parser<'a, T>
where
    T: Clone + Send + 'a,
{
    #[on_start]
    fn begin(&mut self) {}

    pub fn text(&self) -> &'a str {
        self.text
    }

    pub fn restart(&mut self, text: &'a str) -> T {
        self.text = text;
        self.rest.clone()
    }
}

struct App {
    parser: ParserHandle<u8>,
}

async fn uses(app: App) {
    let text: &str = app.parser.text().await.unwrap();
    let _rest: u8 = app.parser.restart(text).await.unwrap();
}

fn main() {
    let parser = spawn(Parser { text: "1", rest: 2 });
    drop(uses(App { parser }));
}
