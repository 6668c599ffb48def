//! Loops, and the jumps that end or repeat them.

use super::{
    branches::decision,
    flow::Flow,
    stake::Value,
    state::State,
    step::{Head, Jump, Loop, Step},
};

/// How often a loop is run over at most. Facts only add up, and there are few; three turns are
/// enough for what people write.
const MOST_TURNS: usize = 4;

/// A loop, or a labelled block, around the point at hand.
pub(super) struct Frame {
    label: Option<String>,
    is_block: bool,
    pub(super) is_for: bool,
    breaks: Vec<State>,
    continues: Vec<State>,
    value: Value,
}

impl Frame {
    fn new(label: Option<String>) -> Self {
        let (breaks, continues) = (Vec::new(), Vec::new());
        Self { label, is_block: false, is_for: false, breaks, continues, value: Value::default() }
    }

    fn is_meant_by(&self, label: &Option<String>) -> bool {
        if label.is_some() { self.label == *label } else { !self.is_block }
    }
}

impl Flow<'_> {
    pub(super) fn loop_(&mut self, step: &Loop) -> Value {
        let items = match &step.head {
            Head::For { items, .. } => self.run(items),
            Head::Forever | Head::While(_) => Value::default(),
        };
        let before = self.state.clone();
        let mut head = before.clone();
        let mut exits = Vec::new();
        let mut value = Value::default();
        for _ in 0..MOST_TURNS {
            self.state = head.clone();
            let frame = self.turn(step, &items);
            exits.extend(frame.breaks);
            value = value.and(frame.value);
            let next = head.clone().join(self.state.clone()).at_head(&before);
            if next.adds_nothing_to(&head) {
                break;
            }
            head = next;
        }
        self.leave_through(exits);
        value
    }

    /// One turn. Afterwards the state is that of the way back to the head.
    fn turn(&mut self, step: &Loop, items: &Value) -> Frame {
        let is_for = matches!(step.head, Head::For { .. });
        self.frames.push(Frame { is_for, ..Frame::new(step.label.clone()) });
        let mut exit = None;
        let decided_by = match &step.head {
            Head::Forever => None,
            Head::While(condition) => {
                let condition = self.run(condition);
                exit = Some(self.state.clone());
                decision(&condition)
            }
            Head::For { binds, .. } => {
                exit = Some(self.state.clone());
                self.bind(binds, items);
                None
            }
        };
        self.decisions.push(decided_by);
        self.run(&step.body);
        self.decisions.pop();
        let mut frame = self.frames.pop().unwrap_or_else(|| Frame::new(None));
        frame.breaks.extend(exit);
        for back in std::mem::take(&mut frame.continues) {
            let end = self.state.clone();
            self.state = end.join(back);
        }
        frame
    }

    pub(super) fn labelled(&mut self, label: &str, body: &Step) -> Value {
        let frame = Frame::new(Some(label.to_owned()));
        self.frames.push(Frame { is_block: true, ..frame });
        let value = self.run(body);
        let frame = self.frames.pop().unwrap_or_else(|| Frame::new(None));
        let end = self.state.clone();
        self.leave_through(frame.breaks.into_iter().chain([end]));
        value.and(frame.value)
    }

    fn leave_through(&mut self, exits: impl IntoIterator<Item = State>) {
        let joined = exits.into_iter().reduce(State::join);
        match joined {
            Some(state) => self.state = state,
            None => self.state.is_reachable = false,
        }
    }

    pub(super) fn jump(&mut self, jump: &Jump) -> Value {
        match jump {
            Jump::Break { label, value } => {
                let value = self.run(value);
                let state = self.state.clone();
                if let Some(frame) = self.frame(label) {
                    frame.breaks.push(state);
                    frame.value = std::mem::take(&mut frame.value).and(value);
                }
            }
            Jump::Continue { label } => {
                let state = self.state.clone();
                if let Some(frame) = self.frame(label) {
                    frame.continues.push(state);
                }
            }
            Jump::Leave(value) => {
                self.run(value);
            }
        }
        self.state.is_reachable = false;
        Value::default()
    }

    fn frame(&mut self, label: &Option<String>) -> Option<&mut Frame> {
        self.frames.iter_mut().rev().find(|frame| frame.is_meant_by(label))
    }
}

impl State {
    /// What is known at the head of a loop that was reached from `before`.
    ///
    /// A call made anew gets here as well, so what this call did in the loop is not done *again* by
    /// it. What is left are the facts from before the loop, and what the locals have been through.
    fn at_head(mut self, before: &Self) -> Self {
        self.finished.clone_from(&before.finished);
        self.changes.clone_from(&before.changes);
        self.stored.clone_from(&before.stored);
        self.presets.retain(|preset| before.presets.iter().any(|known| known.path == preset.path));
        self
    }
}
