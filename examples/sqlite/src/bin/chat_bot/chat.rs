//! The bot on a terminal: you write, it answers, and it tells you what you wanted to be told.

use std::{
    io::{self, BufRead},
    path::PathBuf,
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actor_runtime::ActorHandle;
use sqlite_actor::{
    Result,
    bot::{BotHandle, Seconds},
};
use tokio::sync::mpsc;

use crate::{
    command::{Sender, obey},
    delivery::deliver,
    server::Server,
    start,
};

/// Answers what is written until the input ends, and then closes the memory.
pub(crate) async fn run(file: PathBuf) -> Result<()> {
    let bot = start(file).await?;
    // Whoever types is the only admin.
    let server = Server::Answers { admins: 1 };
    let mut lines = lines();
    loop {
        let now = now();
        deliver(&bot, now, |reminder| println!("<{}> {}", reminder.user, reminder.text)).await?;
        let wait = wait(&bot, now).await?;
        // Both are safe to drop: what was not received is received next time.
        let line = tokio::select! {
            line = lines.recv() => line,
            () = tokio::time::sleep(wait) => continue,
        };
        let Some(line) = line else {
            break;
        };
        let sender = Sender { guild: 1, user: 1, now };
        match obey(&bot, &server, sender, &line).await {
            Ok(answer) => println!("{answer}"),
            Err(error) => println!("I cannot: {error}"),
        }
    }
    bot.shutdown().await;
    Ok(())
}

/// What is typed, from a thread of its own: reading it blocks.
fn lines() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(16);
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(io::Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Until the next reminder is due.
async fn wait(bot: &BotHandle, now: Seconds) -> Result<Duration> {
    let next = bot.next_due().await??.map_or(3600, |due| due - now);
    Ok(Duration::from_secs(next.clamp(0, 3600).cast_unsigned()))
}

fn now() -> Seconds {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Seconds::try_from(since.as_secs()).unwrap_or(Seconds::MAX)
}
