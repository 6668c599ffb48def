//! What is done to a session between two users.

use std::time::Duration;

use super::Reset;
use crate::{card::Status, error::Result, request::Request, session::Session};

/// What is not done within this time makes the session useless.
const LIMIT: Duration = Duration::from_secs(10);

/// What `DISCARD ALL` does, without the prepared statements.
const CLEAN: &str = "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; \
    SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES";

/// Whether there is nothing to do.
pub(super) fn is_clean(session: &Session, reset: Reset) -> bool {
    reset == Reset::Rollback
        && session.status() == Status::Idle
        && session.pending() == 0
        && !session.card.is_unsettled()
}

/// Makes a session as new. Returns it, or `None` if that was not possible.
pub(super) async fn reset(session: Session, reset: Reset) -> Option<Session> {
    within(session, async |session| {
        if session.pending() > 0 || session.card.is_unsettled() {
            // Answered once everything is that was sent before. Only then the status is known.
            session.card.set_unsettled(false);
            session.send(Request::extended().sync()).await?;
        }
        if session.status() != Status::Idle {
            session.send(Request::simple("ROLLBACK")?).await?;
        }
        match reset {
            Reset::Rollback => {}
            Reset::Clean => drop(session.send(Request::simple(CLEAN)?).await?),
            Reset::DiscardAll => drop(session.send(Request::simple("DISCARD ALL")?).await?),
        }
        Ok(())
    })
    .await
}

/// Asks the server whether it is there: a bare `Sync`.
pub(super) async fn check(session: Session) -> Option<Session> {
    within(session, async |session| session.send(Request::extended().sync()).await.map(drop)).await
}

async fn within(
    session: Session,
    work: impl AsyncFnOnce(&Session) -> Result<()>,
) -> Option<Session> {
    let done = tokio::time::timeout(LIMIT, work(&session)).await;
    matches!(done, Ok(Ok(()))).then_some(session)
}
