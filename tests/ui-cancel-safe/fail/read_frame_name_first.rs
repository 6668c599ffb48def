//! The caret is under `self.read_command_name()`.

use actor_runtime::cancel_safe;

pub struct Worker;

impl Worker {
    #[cancel_safe]
    async fn read_command_name(&mut self) -> &'static str {
        "subscribe"
    }

    #[cancel_safe]
    pub async fn work(&mut self) -> &'static str {
        let name = self.read_command_name().await;
        match name {
            "subscribe" => self.read_command_name().await,
            "publish" => self.read_command_name().await,
            _ => "unknown",
        }
    }
}

fn main() {}
