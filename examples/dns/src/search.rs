//! [`Search`]: which absolute names a relative one may stand for, in the order of glibc.

use hickory_proto::{op::ResponseCode, rr::Name};

use crate::{answer::Answer, error::LookupError};

/// The domains in which relative names are looked for, as `search` in `resolv.conf`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The domains, in this order.
    pub domains: Vec<Name>,
    /// A name with at least so many dots is tried as it is before it is looked for in the domains.
    /// Default: 1.
    pub ndots: usize,
}

impl Default for Search {
    fn default() -> Self {
        Self { domains: Vec::new(), ndots: 1 }
    }
}

impl Search {
    /// Returns the absolute names to try for `name`, in this order. An absolute name stands for itself only.
    /// Names that would be too long are left out.
    #[must_use]
    pub fn candidates(&self, name: &Name) -> Vec<Name> {
        let mut absolute = name.clone();
        absolute.set_fqdn(true);
        if name.is_fqdn() {
            return vec![absolute];
        }
        let dots = name.iter().len().saturating_sub(1);
        let in_domain = |domain: &Name| {
            let mut found = name.clone().append_domain(domain).ok()?;
            found.set_fqdn(true);
            Some(found)
        };
        let mut names: Vec<Name> = self.domains.iter().filter_map(in_domain).collect();
        if dots >= self.ndots {
            names.insert(0, absolute);
        } else if !names.contains(&absolute) {
            names.push(absolute);
        }
        names
    }
}

/// What the names that were tried so far have given.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// That of the name as it is, if it came first.
    first: Option<Outcome>,
    empty: Option<Outcome>,
    failed: Option<Outcome>,
    missing: Option<Outcome>,
}

type Outcome = Result<std::sync::Arc<Answer>, LookupError>;

impl Verdict {
    /// Records an outcome without records. Returns `true` if the next name shall be tried.
    ///
    /// As in glibc, names that do not exist, names without such records and failures of servers continue
    /// the search; a server that cannot be reached ends it.
    pub(crate) fn record(&mut self, outcome: Outcome, is_as_is: bool, is_first: bool) -> bool {
        let (place, goes_on) = match &outcome {
            Ok(answer) if answer.code() == ResponseCode::NXDomain => (&mut self.missing, true),
            Ok(_) => (&mut self.empty, true),
            Err(error) => (&mut self.failed, is_failure_of_servers(error)),
        };
        *place = Some(outcome.clone());
        if is_first && is_as_is {
            self.first = Some(outcome);
            return true;
        }
        goes_on
    }

    /// Returns the outcome of the search: that of the name as it is, if that was tried first, or else that of
    /// a name that exists without such records, or else a failure, or else that no name exists.
    pub(crate) fn finish(self) -> Option<Outcome> {
        self.first.or(self.empty).or(self.failed).or(self.missing)
    }
}

/// Returns `true` if a server has answered with an error, rather than not at all.
fn is_failure_of_servers(error: &LookupError) -> bool {
    let LookupError::Failed(failed) = error else { return false };
    failed.attempts.iter().any(|attempt| matches!(attempt.failure, crate::error::Failure::Code(_)))
}
