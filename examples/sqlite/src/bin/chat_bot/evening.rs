//! Demo mode: many simulated users write concurrently, the bot is restarted, and the stored data is checked.
//!
//! Time is simulated, so the demo does not wait.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use actor_runtime::ActorHandle;
use sqlite_actor::{
    Counts, Error, Result,
    bot::{BotHandle, GuildId, Seconds, UserId},
};
use tokio::{sync::Notify, task::JoinSet};

use crate::{
    command::{Sender, obey},
    delivery::{CLAIM, deliver},
    say,
    server::Server,
    start,
};

const GUILDS: GuildId = 4;
const USERS: UserId = 32;
const LINES: i64 = 40;
/// The server refuses to ban the users up to this id.
const ADMINS: UserId = 2;
/// The simulated time at which all reminders are due.
const END: Seconds = 10_000;

/// Runs the demo in a temporary directory. Returns `true` if all checks pass.
pub(crate) async fn run() -> Result<bool> {
    let directory = Directory::make()?;
    let file = directory.0.join("bot.db");
    let bot = start(file.clone()).await?;
    talk(&bot).await?;
    lose_a_moderator(&bot).await?;
    let counts = bot.counts().await?;
    let deliveries = remind(&bot).await?;
    bot.shutdown().await;
    // Restart, so that the checks see only what is in the file.
    let bot = start(file.clone()).await?;
    let checks = check(&bot, &deliveries, counts).await?;
    bot.shutdown().await;
    Ok(report(&file, counts, &checks))
}

/// Lets all users write concurrently.
async fn talk(bot: &BotHandle) -> Result<()> {
    let mut people = JoinSet::new();
    for user in 1..=USERS {
        let (bot, server) = (bot.clone(), Server::Answers { admins: ADMINS });
        people.spawn(async move {
            for line in 1..=LINES {
                let sender = Sender { guild: 1 + user % GUILDS, user, now: line };
                let text = what_to_say(user, line);
                obey(&bot, &server, sender, &text).await?;
            }
            Ok::<_, Error>(())
        });
    }
    while let Some(person) = people.join_next().await {
        person.map_err(|_| Error::Closed { was_accepted: true })??;
    }
    Ok(())
}

/// Aborts a ban while the server is being asked.
async fn lose_a_moderator(bot: &BotHandle) -> Result<()> {
    let asked = Arc::new(Notify::new());
    let (bot, server) = (bot.clone(), Server::Hangs { asked: asked.clone() });
    let moderator = tokio::spawn(async move {
        let sender = Sender { guild: 1, user: 1, now: LINES };
        obey(&bot, &server, sender, "ban 9 aborted").await
    });
    asked.notified().await;
    moderator.abort();
    let lost = moderator.await;
    assert!(lost.is_err_and(|error| error.is_cancelled()), "the server never answers");
    Ok(())
}

fn what_to_say(user: UserId, line: i64) -> String {
    let target = 1 + (user + line) % USERS;
    match line % 5 {
        0 => format!("set volume-{user} {line}"),
        1 => format!("remind {} line {line} of {user}", 100 * line),
        2 if user % 4 == 0 => format!("ban {target} is a bot"),
        2 => format!("warn {target} is too loud"),
        3 => "note 1 seen again".to_owned(),
        _ => format!("get volume-{user}"),
    }
}

/// Delivers all reminders, some of them after a lost claim. Returns the number of deliveries by reminder.
async fn remind(bot: &BotHandle) -> Result<BTreeMap<i64, usize>> {
    let mut deliveries = BTreeMap::new();
    // A bot that crashes after claiming: these reminders are not delivered now.
    let lost = bot.claim_due(END, END + CLAIM, 10).await??;
    assert_eq!(lost.len(), 10, "there are more reminders than that");
    let mut tell = |reminder: &sqlite_actor::bot::Reminder| {
        *deliveries.entry(reminder.id).or_insert(0) += 1;
    };
    let first = deliver(bot, END, &mut tell).await?;
    let second = deliver(bot, END + CLAIM, &mut tell).await?;
    assert_eq!(second, lost.len(), "claimed reminders are due again, after {first} others");
    Ok(deliveries)
}

type Check = (&'static str, bool);

async fn check(
    bot: &BotHandle,
    deliveries: &BTreeMap<i64, usize>,
    counts: Counts,
) -> Result<Vec<Check>> {
    let said = |start: &str| {
        let lines =
            (1..=USERS).flat_map(|user| (1..=LINES).map(move |line| what_to_say(user, line)));
        lines.filter(|line| line.starts_with(start)).count()
    };
    let refused: usize = (1..=ADMINS).map(|admin| said(&format!("ban {admin} "))).sum();
    let reminders = said("remind");
    let mut newest_settings = true;
    let mut cases = 0;
    let mut numbers_without_gaps = true;
    for guild in 1..=GUILDS {
        for user in (1..=USERS).filter(|user| 1 + user % GUILDS == guild) {
            let volume = bot.setting(guild, format!("volume-{user}")).await??;
            newest_settings &= volume == Some(LINES.to_string());
        }
        let mut numbers = Vec::new();
        for user in 1..=USERS {
            numbers.extend(bot.cases(guild, user).await??.iter().map(|case| case.number));
        }
        numbers.sort_unstable();
        numbers_without_gaps &= numbers.iter().copied().eq(1..=numbers.len() as i64);
        cases += numbers.len();
    }
    Ok(vec![
        ("every setting has its latest value", newest_settings),
        ("every reminder was delivered", deliveries.len() == reminders),
        ("no reminder was delivered twice", deliveries.values().all(|times| *times == 1)),
        ("no reminder is left", bot.next_due().await??.is_none()),
        ("every case is stored", cases == said("warn") + said("ban") - refused),
        ("case numbers have no gaps after refused bans", numbers_without_gaps),
        ("requests shared commits", counts.commits < counts.grouped),
    ])
}

fn report(file: &Path, counts: Counts, checks: &[Check]) -> bool {
    say(format_args!("{} users wrote {} lines to `{}`", USERS, USERS * LINES, file.display()));
    say(format_args!("{counts:?}"));
    for (what, is_so) in checks {
        say(format_args!("{:>6}  {what}", if *is_so { "yes" } else { "NO" }));
    }
    let left = |suffix: &str| PathBuf::from(format!("{}{suffix}", file.display())).exists();
    let is_tidy = !left("-wal") && !left("-shm");
    say(format_args!(
        "{:>6}  the write-ahead log is gone after shutdown",
        if is_tidy { "yes" } else { "NO" }
    ));
    is_tidy && checks.iter().all(|(_, is_so)| *is_so)
}

/// A directory that is removed on drop.
struct Directory(PathBuf);

impl Directory {
    fn make() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("chat-bot-{}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(|error| Error::CannotOpen(error.to_string()))?;
        Ok(Self(path))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // A failure leaves only a temporary directory behind.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
