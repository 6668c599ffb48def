//! The number of file descriptors that the process may open, which limits the number of clients.

/// The descriptors that are kept for other things than clients, as in Redis.
const RESERVED: u64 = 32;

/// Raises the limit of the process so that `clients` can connect. Returns how many can: the limit cannot
/// always be raised.
#[cfg(unix)]
pub(crate) fn allow(clients: usize) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let wanted = u64::try_from(clients).unwrap_or(u64::MAX).saturating_add(RESERVED);
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    // `None` is no limit.
    let Some(mut allowed) = current.filter(|current| *current < wanted) else {
        return clients;
    };
    let raised = maximum.map_or(wanted, |maximum| maximum.min(wanted));
    if setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum }).is_ok() {
        allowed = raised;
    }
    usize::try_from(allowed.saturating_sub(RESERVED)).unwrap_or(clients).clamp(1, clients.max(1))
}

/// Returns `clients`: the limit is only known on Unix.
#[cfg(not(unix))]
pub(crate) fn allow(clients: usize) -> usize {
    clients
}
