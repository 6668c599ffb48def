//! Parsing and executing the bot's commands.

use std::time::Duration;

use actor_runtime::ActorHandle;
use sqlite_actor::{
    Error, Result, Rule,
    bot::{BotHandle, Case, GuildId, Seconds, UserId},
};
use tokio::time::timeout;

use crate::server::Server;

/// Timeout for the chat server to answer a ban. All other requests wait during this time.
const BAN_TIMEOUT: Duration = Duration::from_secs(2);

/// The text of the `help` command.
pub(crate) const HELP: &str = "\
set NAME VALUE          change a setting
get NAME                show a setting
settings                show all settings
remind SECONDS TEXT     send a reminder after SECONDS
warn USER REASON        open a case with a warning
mute USER REASON        open a case with a mute
ban USER REASON         ban a user on the server and open a case
note CASE TEXT          add a note to a case
close CASE              close a case
cases USER              show the cases about a user
help                    show this text";

/// The origin and time of a command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sender {
    pub(crate) guild: GuildId,
    pub(crate) user: UserId,
    pub(crate) now: Seconds,
}

/// Executes a command and returns the text to answer with. A mistake of the user is not an error but a text.
pub(crate) async fn obey(
    bot: &BotHandle,
    server: &Server,
    sender: Sender,
    line: &str,
) -> Result<String> {
    let (verb, rest) = split(line);
    let outcome = match verb {
        "set" => set(bot, sender, rest).await,
        "get" => get(bot, sender, rest).await,
        "settings" => settings(bot, sender).await,
        "remind" => remind(bot, sender, rest).await,
        "warn" | "mute" => moderate(bot, sender, verb, rest).await,
        "ban" => ban(bot, server, sender, rest).await,
        "note" => note(bot, sender, rest).await,
        "close" => close(bot, sender, rest).await,
        "cases" => cases(bot, sender, rest).await,
        "help" => Ok(HELP.to_owned()),
        _ => Ok(format!("unknown command `{verb}`; try `help`")),
    };
    match outcome {
        Err(Error::Constraint { rule: Rule::Check, .. }) => Ok("value not allowed".to_owned()),
        Err(Error::Constraint { rule: Rule::ForeignKey, .. }) => Ok("no such case".to_owned()),
        outcome => outcome,
    }
}

async fn set(bot: &BotHandle, sender: Sender, rest: &str) -> Result<String> {
    let (name, value) = split(rest);
    bot.set(sender.guild, name, value).await??;
    Ok(format!("{name} is now {value}"))
}

async fn get(bot: &BotHandle, sender: Sender, name: &str) -> Result<String> {
    let value = bot.setting(sender.guild, name).await??;
    Ok(value.unwrap_or_else(|| format!("{name} is not set")))
}

async fn settings(bot: &BotHandle, sender: Sender) -> Result<String> {
    let settings = bot.settings(sender.guild).await??;
    let lines: Vec<String> =
        settings.into_iter().map(|(name, value)| format!("{name} = {value}")).collect();
    Ok(lines.join("\n"))
}

async fn remind(bot: &BotHandle, sender: Sender, rest: &str) -> Result<String> {
    let (seconds, text) = split(rest);
    let Ok(seconds) = seconds.parse::<u32>() else {
        return Ok(format!("`{seconds}` is not a number of seconds"));
    };
    let due = sender.now + Seconds::from(seconds);
    let id = bot.remind(sender.user, due, text).await??;
    Ok(format!("reminder {id} is due in {seconds} s"))
}

async fn moderate(bot: &BotHandle, sender: Sender, verb: &str, rest: &str) -> Result<String> {
    let (user, reason) = split(rest);
    let Ok(user) = user.parse::<UserId>() else {
        return Ok(format!("`{user}` is not a user id"));
    };
    let number = bot.open_case(sender.guild, user, verb, reason).await??;
    Ok(format!("case {number}"))
}

/// Bans a user and opens a case, or does neither.
///
/// The server sends the user the number of the case, so the case must exist first. Case numbers have no gaps, so
/// it is committed only if the server bans the user. An error, or dropping this future, drops the lease and
/// thereby rolls back.
async fn ban(bot: &BotHandle, server: &Server, sender: Sender, rest: &str) -> Result<String> {
    let (user, reason) = split(rest);
    let Ok(user) = user.parse::<UserId>() else {
        return Ok(format!("`{user}` is not a user id"));
    };
    let lease = bot.lease().await?;
    lease.begin().await??;
    let number = lease.open_case(sender.guild, user, "ban", reason).await??;
    if !timeout(BAN_TIMEOUT, server.ban(user, number)).await.unwrap_or(false) {
        return Ok(format!("the server did not ban {user}"));
    }
    lease.commit().await??;
    Ok(format!("case {number}"))
}

async fn note(bot: &BotHandle, sender: Sender, rest: &str) -> Result<String> {
    let (number, text) = split(rest);
    let Ok(number) = number.parse::<i64>() else {
        return Ok("no such case".to_owned());
    };
    bot.add_note(sender.guild, number, text).await??;
    Ok(format!("noted in case {number}"))
}

async fn close(bot: &BotHandle, sender: Sender, number: &str) -> Result<String> {
    let Ok(number) = number.parse::<i64>() else {
        return Ok("no such case".to_owned());
    };
    Ok(match bot.close_case(sender.guild, number).await?? {
        true => format!("case {number} is closed"),
        false => format!("case {number} is not open"),
    })
}

async fn cases(bot: &BotHandle, sender: Sender, user: &str) -> Result<String> {
    let Ok(user) = user.parse::<UserId>() else {
        return Ok(format!("`{user}` is not a user id"));
    };
    let cases = bot.cases(sender.guild, user).await??;
    let lines: Vec<String> = cases.iter().map(line).collect();
    Ok(if lines.is_empty() { "none".to_owned() } else { lines.join("\n") })
}

fn line(case: &Case) -> String {
    let Case { number, action, reason, is_open, notes, .. } = case;
    let state = if *is_open { "open" } else { "closed" };
    format!("case {number} ({action}, {state}): {reason} [{}]", notes.join("; "))
}

/// Splits off the first word.
fn split(line: &str) -> (&str, &str) {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    (word, rest.trim_start())
}
