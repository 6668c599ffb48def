//! Runs over the body in evaluation order and keeps the books: what every local holds, which waits
//! are over, what `self` knows of it.
//!
//! The idea it rests on: at the head of a loop, if no local is carried over from the last turn, a
//! call made anew is in the same state as this one. So it is enough to judge each turn by itself,
//! and the state to start a turn from is found by running over the loop until nothing new shows up.

use super::{
    place::{LocalId, Place, Root, overlap},
    rules::Report,
    stake::{Kind, Stake, Value},
    state::{Change, Holding, Preset, State},
    step::{Closure, Local, Origin, Step, Write},
};

/// How many steps may be run over. Loops inside of loops cost a power; this bounds it.
const MOST_STEPS: usize = 1_000_000;

pub(super) struct Flow<'a> {
    pub(super) locals: &'a [Local],
    pub(super) state: State,
    /// The loops and labelled blocks around this point.
    pub(super) frames: Vec<super::loops::Frame>,
    /// For each branch around this point, the code whose result decided for it, if that is lost.
    pub(super) decisions: Vec<Option<String>>,
    /// For each awaited expression around this point, what it needs.
    pub(super) needs: Vec<Needs>,
    pub(super) report: Report,
    steps: usize,
}

/// What a future is made of.
#[derive(Default)]
pub(super) struct Needs {
    pub(super) uses: Vec<Use>,
    /// The places outside of the call that it may write to.
    pub(super) lent: Vec<String>,
    /// What is taken out of such places to make the future, and has no name.
    pub(super) taken: Vec<Stake>,
}

pub(super) struct Use {
    pub(super) id: LocalId,
    pub(super) place: Place,
    pub(super) stake: Option<Stake>,
    pub(super) is_mutable: bool,
}

impl<'a> Flow<'a> {
    pub(super) fn new(locals: &'a [Local], arguments_are_kept: bool, report: Report) -> Self {
        Self {
            locals,
            state: State::new(locals, arguments_are_kept),
            frames: Vec::new(),
            decisions: Vec::new(),
            needs: Vec::new(),
            report,
            steps: 0,
        }
    }

    pub(super) fn run(&mut self, step: &Step) -> Value {
        if !self.state.is_reachable {
            return Value::default();
        }
        self.steps += 1;
        if self.steps > MOST_STEPS {
            self.report.too_large();
            self.state.is_reachable = false;
            return Value::default();
        }
        match step {
            Step::Idle => Value::default(),
            Step::Read(place) => self.read(place, place.lends),
            Step::Lend(place) => self.read(place, true),
            Step::All(steps) => self.all(steps),
            Step::Block(steps) => steps.iter().fold(Value::default(), |_, step| self.run(step)),
            Step::Discard(step) => self.discard(step),
            Step::Bind(locals, value) => {
                let value = self.run(value);
                self.bind(locals, &value);
                value
            }
            Step::Assign(write) => self.assign(write),
            Step::Update(write) => self.update(write),
            Step::Call(call) => self.call(call),
            Step::Closure(closure) => self.closure(closure),
            Step::Wait(wait) => self.wait(wait),
            Step::Branch(branch) => self.branch(branch),
            Step::Loop(step) => self.loop_(step),
            Step::Labelled(label, body) => self.labelled(label, body),
            Step::Jump(jump) => self.jump(jump),
            Step::Refused(refusal) => {
                self.report.refused(refusal);
                Value::default()
            }
        }
    }

    pub(super) fn all<'s>(&mut self, steps: impl IntoIterator<Item = &'s Step>) -> Value {
        steps.into_iter().fold(Value::default(), |value, step| value.and(self.run(step)))
    }

    pub(super) fn bind(&mut self, locals: &[LocalId], value: &Value) {
        for id in locals {
            *self.state.local(*id) = Holding { value: value.clone(), ..Holding::default() };
        }
    }

    fn read(&mut self, place: &Place, is_mutable: bool) -> Value {
        match &place.root {
            Root::Outside(path) => {
                if is_mutable && let Some(needs) = self.needs.last_mut() {
                    needs.lent.push(path.text.clone());
                }
                Value::read(path)
            }
            Root::Local(id) => self.read_local(*id, place, is_mutable),
            Root::Static => Value::default(),
        }
    }

    fn read_local(&mut self, id: LocalId, place: &Place, is_mutable: bool) -> Value {
        let locals = self.locals;
        let holding = self.state.local(id);
        let value = holding.value.clone();
        if let (Some(stake), Some(crossed)) = (&value.stake, &holding.crossed) {
            // It was carried over a wait, and here it turns out to be needed.
            let wait = crossed.caret.clone();
            holding.value.stake = None;
            self.report.lost(id, &locals[id].name, stake, &wait, &wait);
            return Value { stake: None, reads: value.reads };
        }
        if let Some(needs) = self.needs.last_mut() {
            let is_unmade = |stake: &Stake| place.is_future && stake.may_be_future();
            let stake = value.stake.clone().filter(|stake| !is_unmade(stake));
            needs.uses.push(Use { id, place: place.clone(), stake, is_mutable });
        }
        value
    }

    /// A value that is thrown away was only made for its effect.
    fn discard(&mut self, step: &Step) -> Value {
        let value = self.run(step);
        if let Some(stake) = value.stake {
            match stake.kind {
                Kind::Taken if stake.takes_more => self.change(&stake.from, None),
                Kind::MaybeTaken if stake.spot.is_some() => self.change(&stake.from, stake.spot),
                _ => {}
            }
        }
        Value::default()
    }

    fn closure(&mut self, closure: &Closure) -> Value {
        let reads = closure.captures.iter().map(|place| self.read(place, false));
        let value = reads.collect::<Vec<_>>().into_iter().fold(Value::default(), Value::and);
        for place in &closure.changes {
            let Root::Local(id) = place.root else { continue };
            if self.needs.is_empty() {
                self.change_local(id, "a closure changes it", value.stake.clone());
            } else {
                self.report.changed_by_closure(id, &self.locals[id].name, &place.caret);
            }
        }
        value
    }

    fn assign(&mut self, write: &Write) -> Value {
        let value = self.run(&write.value);
        match &write.place.root {
            Root::Local(id) if write.is_whole => {
                let locals = self.locals;
                let holding = self.state.local(*id);
                holding.crossed = None;
                let changed = holding.has_waited.then(|| Stake::new(Kind::Changed, &*write.text));
                let Value { stake, reads } = value;
                let stake = match locals[*id].origin {
                    Origin::Cursor => changed,
                    Origin::Own | Origin::Argument => stake.or(changed),
                };
                holding.value = Value { stake, reads };
            }
            Root::Local(id) => self.change_local(*id, &write.text, value.stake),
            Root::Outside(path) => self.set(&path.text.clone(), &write.text, &value),
            Root::Static => {}
        }
        Value::default()
    }

    fn update(&mut self, write: &Write) -> Value {
        let value = self.run(&write.value);
        match &write.place.root {
            Root::Local(id) => self.change_local(*id, &write.text, value.stake),
            Root::Outside(path) => {
                self.refill(&path.text);
                self.store(&path.text);
                self.change(&write.text, None);
            }
            Root::Static => self.change(&write.text, None),
        }
        Value::default()
    }

    /// A local is changed in place, perhaps by putting `with` into it.
    pub(super) fn change_local(&mut self, id: LocalId, by: &str, with: Option<Stake>) {
        let locals = self.locals;
        let holding = self.state.local(id);
        if let (Some(stake), Some(crossed)) = (holding.value.stake.take(), holding.crossed.take()) {
            // `local.extend(wait)` names the local before it waits, and needs it afterwards.
            self.report.lost(id, &locals[id].name, &stake, &crossed.caret, &crossed.caret);
        }
        let stake = match with {
            Some(stake) if stake.kind == Kind::Awaited => {
                Some(Stake { kind: Kind::Filled, ..stake })
            }
            Some(stake) if stake.kind != Kind::Argument => Some(stake),
            _ => holding.has_waited.then(|| Stake::new(Kind::Changed, by)),
        };
        holding.value.stake = Stake::worse(stake, holding.value.stake.take());
    }

    /// `self.x = value`.
    fn set(&mut self, path: &str, by: &str, value: &Value) {
        if value.decides() {
            // The result of a wait is kept: what was there before is done with.
            self.refill(path);
        } else {
            let crossed = self.state.presets.iter().find_map(|preset| {
                let passed = preset.crossed.as_ref().filter(|_| overlap(&preset.path, path))?;
                Some((preset.clone(), passed.caret.clone()))
            });
            if let Some((preset, wait)) = crossed {
                self.report.half_changed(&preset, by, &wait);
            }
            self.preset(path, by);
        }
        self.store(path);
    }

    /// Notes that `by` starts `path` over.
    pub(super) fn preset(&mut self, path: &str, by: &str) {
        if self.state.presets.iter().all(|preset| preset.path != path) {
            let (path, text) = (path.to_owned(), by.to_owned());
            self.state.presets.push(Preset { path, text, crossed: None, is_refilled: false });
        }
    }

    /// Notes that something is put into `path` after a wait.
    pub(super) fn refill(&mut self, path: &str) {
        for preset in &mut self.state.presets {
            preset.is_refilled |= preset.crossed.is_some() && overlap(&preset.path, path);
        }
    }

    /// Notes that `path` is written after something that it may be meant to remember.
    pub(super) fn store(&mut self, path: &str) {
        let has_news = self.state.finished.is_some() || !self.state.changes.is_empty();
        if has_news && self.state.stored.iter().all(|known| known != path) {
            self.state.stored.push(path.to_owned());
        }
    }

    /// Notes that a call made anew would do this again, unless a wait has made it worth while.
    pub(super) fn change(&mut self, text: &str, doubt: Option<super::place::Spot>) {
        let is_known = self.state.changes.iter().any(|change| change.text == text);
        if self.state.finished.is_none() && !is_known {
            self.state.changes.push(Change { text: text.to_owned(), doubt });
        }
    }
}
