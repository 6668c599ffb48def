//! A handler that shuts a scope down whose actors call it back.

use std::time::Duration;

use actor_runtime::{ActorHandle, CallErrorKind, Context, ExitReason, Scope, WeakHandle, actor};

use crate::support::Log;

/// Shuts a scope down in a handler.
struct Owner {
    scope: Scope,
}

#[actor]
impl Owner {
    /// Shuts the scope down.
    pub(crate) async fn quit(&self) -> Vec<Option<ExitReason>> {
        self.scope.shutdown().await.into_iter().map(|exit| exit.reason).collect()
    }

    /// Something to call.
    pub(crate) async fn nothing(&self) {}
}

/// Calls the owner at its end.
struct CallsBack {
    owner: WeakHandle<OwnerHandle>,
    log: Log,
}

#[actor]
impl CallsBack {
    /// Something to call.
    pub(crate) fn nothing(&self) {}

    #[on_stop]
    async fn report(&self, _context: &Context<Self>) {
        let Some(owner) = self.owner.upgrade() else { return };
        match owner.nothing().await {
            Err(error) if matches!(error.kind(), CallErrorKind::WouldDeadlock { .. }) => {
                self.log.add("refused");
            }
            other => self.log.add(format!("{other:?}")),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_calls_the_one_that_shuts_its_scope_down_is_refused() {
    let scope = Scope::with_deadline(Duration::from_secs(3600));
    let owner = actor_runtime::spawn(Owner { scope: scope.clone() });
    let log = Log::default();
    let members: Vec<_> = (0..3)
        .map(|_| scope.spawn(CallsBack { owner: owner.downgrade(), log: log.clone() }))
        .collect();
    members[0].nothing().await.unwrap();
    let begun = tokio::time::Instant::now();
    assert_eq!(owner.quit().await.unwrap(), vec![Some(ExitReason::Shutdown); 3]);
    assert_eq!(begun.elapsed(), Duration::ZERO, "nothing waited for the deadline");
    assert_eq!(log.take(), ["refused"; 3]);
}
