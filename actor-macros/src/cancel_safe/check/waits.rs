//! What an `.await` means: everything may end here, and if it does not, one step is over.

use super::{
    flow::{Flow, Needs},
    place::overlap,
    rules::Doubt,
    stake::{Kind, Stake, Value},
    state::Passed,
    step::Wait,
};

impl Flow<'_> {
    pub(super) fn wait(&mut self, wait: &Wait) -> Value {
        self.needs.push(Needs::default());
        self.run(&wait.future);
        let needs = self.needs.pop().unwrap_or_default();
        if !self.state.is_reachable {
            return Value::default();
        }
        self.judge_values(wait, &needs);
        self.judge_order(wait);
        self.pass(wait, needs);
        if wait.is_repeatable {
            // A call made anew gets it again.
            return Value::default();
        }
        Value::of(Stake::new(Kind::Awaited, &*wait.text))
    }

    /// CS1, CS2, CS3, CS6: what the future is made of is lost with it.
    fn judge_values(&mut self, wait: &Wait, needs: &Needs) {
        for used in &needs.uses {
            let Some(stake) = &used.stake else { continue };
            let name = &self.locals[used.id].name;
            self.report.lost(used.id, name, stake, &used.place.caret, &wait.caret);
            self.state.local(used.id).value.stake = None;
        }
        for stake in &needs.taken {
            self.report.taken_for(stake, &wait.caret);
        }
    }

    /// CS1, CS3, CS4, CS5: what a call made anew would not do, or do again, before it waits here.
    fn judge_order(&mut self, wait: &Wait) {
        let decision = self.decisions.iter().rev().flatten().next();
        if let Some(decision) = decision {
            self.report.decided(decision, &wait.caret);
        } else if let Some(finished) = &self.state.finished {
            self.report.again(finished, &wait.caret);
        }
        for change in &self.state.changes {
            match change.doubt {
                Some(spot) => self.report.look(spot, Doubt::Repeated),
                None => self.report.changed_before(&change.text, &wait.caret),
            }
        }
        for preset in self.state.presets.iter().filter(|preset| preset.is_refilled) {
            self.report.undone(preset, &wait.caret);
        }
        if self.frames.iter().any(|frame| frame.is_for) {
            self.report.position(&wait.caret);
        }
    }

    /// The wait is over.
    fn pass(&mut self, wait: &Wait, needs: Needs) {
        let passed = Passed { caret: wait.caret.clone(), text: wait.text.clone() };
        for holding in &mut self.state.locals {
            holding.has_waited = true;
            if holding.value.stake.is_some() && holding.crossed.is_none() {
                holding.crossed = Some(passed.clone());
            }
        }
        for preset in &mut self.state.presets {
            preset.crossed.get_or_insert_with(|| passed.clone());
            preset.is_refilled |= needs.lent.iter().any(|path| overlap(path, &preset.path));
        }
        for used in needs.uses.iter().filter(|used| used.is_mutable) {
            let holding = self.state.local(used.id);
            holding.value.stake = Some(Stake::new(Kind::Filled, &*wait.text));
            holding.crossed = None;
        }
        if !wait.is_repeatable {
            self.state.finished = Some(passed);
        }
        for path in &needs.lent {
            self.store(path);
        }
    }
}
