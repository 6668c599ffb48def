//! Branches: what decides between them is forgotten with the call, unless `self` decides.

use super::{
    flow::Flow,
    place::overlap,
    stake::{Kind, Stake, Value},
    state::State,
    step::{Arm, Branch},
};

impl Flow<'_> {
    pub(super) fn branch(&mut self, branch: &Branch) -> Value {
        let on = self.run(&branch.on);
        let before = self.state.clone();
        let mut value = Value::default();
        let mut joined: Option<State> = None;
        for arm in &branch.arms {
            self.state = before.clone();
            value = value.and(self.arm(arm, &on, &before));
            let after = self.state.clone();
            joined = Some(match joined {
                Some(joined) => joined.join(after),
                None => after,
            });
        }
        self.state = joined.unwrap_or(before);
        if on.decides() {
            value.stake = Stake::worse(value.stake, on.stake);
        }
        value
    }

    fn arm(&mut self, arm: &Arm, on: &Value, before: &State) -> Value {
        let on = without_what_is_not_there(arm, on);
        let given = match &arm.gives {
            Some(from) => Value::of(Stake::new(Kind::Awaited, from.as_str())),
            None => on.clone(),
        };
        self.bind(&arm.binds, &given);
        self.decisions.push(decision(&on));
        self.state.stored.clear();
        let count = self.report.count();
        self.run(&arm.guard);
        let value = self.run(&arm.body);
        self.decisions.pop();
        if !on.decides() && self.is_settled(&on) {
            // The next call finds in `self` that this was done, and skips it.
            self.state.finished.clone_from(&before.finished);
            self.state.changes.clone_from(&before.changes);
            self.report.retract_positions(count);
        }
        let stored = before.stored.iter().filter(|path| !self.state.stored.contains(path));
        let stored: Vec<_> = stored.cloned().collect();
        self.state.stored.extend(stored);
        value
    }

    /// Whether the arm wrote to what it was chosen by.
    fn is_settled(&self, on: &Value) -> bool {
        let is_asked = |path: &String| on.reads.iter().any(|asked| overlap(asked, path));
        self.state.is_reachable && self.state.stored.iter().any(is_asked)
    }
}

/// The code whose result decided, if that result is lost with the call.
pub(super) fn decision(on: &Value) -> Option<String> {
    on.stake.as_ref().filter(|stake| stake.decides()).map(|stake| stake.from.clone())
}

/// In the arm of `None`, nothing was taken.
fn without_what_is_not_there(arm: &Arm, on: &Value) -> Value {
    let is_taken = |stake: &Stake| matches!(stake.kind, Kind::Taken | Kind::MaybeTaken);
    let mut on = on.clone();
    if arm.is_empty_handed {
        on.stake = on.stake.filter(|stake| !is_taken(stake));
    }
    on
}
