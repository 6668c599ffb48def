//! Telling people what they wanted to be told.

use sqlite_actor::{
    Result,
    bot::{BotHandle, Reminder, Seconds},
};

/// How long a reminder that was taken is given to be delivered, before it is due again.
pub(crate) const CLAIM: Seconds = 30;

/// How many are taken at once.
const MAX: u32 = 16;

/// Delivers what is due `now` by `tell`, and gives how many that were.
///
/// # Cancel safety
///
/// If it is dropped while it delivers, what was taken and not delivered is due again after [`CLAIM`]. A reminder
/// may then be delivered twice, but never not at all.
pub(crate) async fn deliver(
    bot: &BotHandle,
    now: Seconds,
    mut tell: impl FnMut(&Reminder),
) -> Result<usize> {
    let mut delivered = 0;
    loop {
        let due = bot.claim_due(now, now + CLAIM, MAX).await??;
        if due.is_empty() {
            return Ok(delivered);
        }
        for reminder in &due {
            tell(reminder);
            bot.delivered(reminder.id).await??;
            delivered += 1;
        }
    }
}
