//! Delivery of reminders.

use sqlite_actor::{
    Result,
    bot::{BotHandle, Reminder, Seconds},
};

/// The time after which a reminder that was claimed but not delivered is due again.
pub(crate) const CLAIM: Seconds = 30;

/// The number of reminders to claim at once.
const MAX: u32 = 16;

/// Delivers all reminders that are due at `now` by calling `tell`, and returns their number.
///
/// # Cancel safety
///
/// If this future is dropped during delivery, reminders that were claimed and not marked as delivered are due
/// again after [`CLAIM`]. A reminder may be delivered twice, but is not lost.
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
