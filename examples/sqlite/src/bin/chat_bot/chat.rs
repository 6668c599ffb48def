//! Interactive mode: reads commands from standard input, prints replies and delivers reminders.

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
    say,
    server::Server,
    start,
};

/// Answers commands until the input ends, then shuts the storage down.
pub(crate) async fn run(file: PathBuf) -> Result<()> {
    let bot = start(file).await?;
    // User 1, who types the commands, is the only admin.
    let server = Server::Answers { admins: 1 };
    let mut lines = lines();
    loop {
        let now = now();
        deliver(&bot, now, |reminder| {
            say(format_args!("<{}> {}", reminder.user, reminder.text));
        })
        .await?;
        let wait = wait(&bot, now).await?;
        // Both branches are cancel safe: a line that was not received is received next time.
        let line = tokio::select! {
            line = lines.recv() => line,
            () = tokio::time::sleep(wait) => continue,
        };
        let Some(line) = line else {
            break;
        };
        let sender = Sender { guild: 1, user: 1, now };
        match obey(&bot, &server, sender, &line).await {
            Ok(answer) => say(answer),
            Err(error) => say(format_args!("error: {error}")),
        }
    }
    bot.shutdown().await;
    Ok(())
}

/// Returns the lines of standard input, read on a separate thread because reading blocks.
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

/// Returns the time until the next reminder is due, at most an hour.
async fn wait(bot: &BotHandle, now: Seconds) -> Result<Duration> {
    let next = bot.next_due().await??.map_or(3600, |due| due - now);
    Ok(Duration::from_secs(next.clamp(0, 3600).cast_unsigned()))
}

fn now() -> Seconds {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Seconds::try_from(since.as_secs()).unwrap_or(Seconds::MAX)
}
