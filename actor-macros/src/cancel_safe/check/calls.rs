//! Calls that are not awaited themselves: what they do to what they are called on.

use super::{
    flow::Flow,
    known::Manner,
    place::{Path, Root},
    stake::{Kind, Stake, Value},
    step::{Call, Step},
};

impl Flow<'_> {
    pub(super) fn call(&mut self, call: &Call) -> Value {
        let receiver = match &call.receiver {
            Some(receiver) => self.receiver(receiver, call.is_future),
            None => Value::default(),
        };
        let arguments = self.all(&call.arguments);
        self.lend_locals(call, &arguments);
        let value = receiver.clone().and(arguments.clone());
        match call.place.as_ref().map(|place| &place.root) {
            Some(Root::Local(id)) => {
                self.call_local(call, *id, arguments);
                value
            }
            Some(Root::Outside(path)) if !call.is_future => {
                match call.manner {
                    // What is put there is not lost any more.
                    Manner::Add | Manner::Reset | Manner::Settle => {
                        self.change_outside(call, path, &arguments);
                        receiver
                    }
                    _ => self.call_outside(call, path, value),
                }
            }
            Some(Root::Static) | None if call.manner == Manner::Add && !call.is_future => {
                self.add(call, &arguments);
                value
            }
            _ => value,
        }
    }

    fn receiver(&mut self, receiver: &Step, is_of_future: bool) -> Value {
        let value = self.run(receiver);
        if is_of_future && let Some(needs) = self.needs.last_mut() {
            // `self.stream().read(..).await`: believed to give access, and not to take out.
            needs.taken.retain(|stake| stake.kind == Kind::Taken);
        }
        value
    }

    /// `extend(&mut local, item)` puts the item into the local.
    fn lend_locals(&mut self, call: &Call, arguments: &Value) {
        if !self.needs.is_empty() {
            return;
        }
        for argument in &call.arguments {
            if let Step::Lend(place) = argument
                && let Root::Local(id) = place.root
            {
                self.change_local(id, &call.text, arguments.stake.clone());
            }
        }
    }

    fn call_local(&mut self, call: &Call, id: usize, arguments: Value) {
        if call.manner.is_through() || !self.locals[id].is_mutable {
            return;
        }
        match self.needs.last_mut() {
            // The future may put something into the local while it waits.
            Some(needs) => {
                let receiver = needs.uses.iter_mut().rev().find(|used| used.id == id);
                if let Some(receiver) = receiver {
                    receiver.is_mutable = true;
                }
            }
            None => self.change_local(id, &call.text, arguments.stake),
        }
    }

    fn call_outside(&mut self, call: &Call, path: &Path, mut value: Value) -> Value {
        let kind = match call.manner {
            Manner::Take | Manner::TakeAll => Kind::Taken,
            Manner::Unknown if path.is_mutable => Kind::MaybeTaken,
            _ => return value,
        };
        let takes_more = call.manner != Manner::TakeAll;
        let taken = Stake { takes_more, ..Stake::taken(kind, &call.text, &call.caret, call.spot) };
        self.store(&path.text);
        match self.needs.last_mut() {
            Some(needs) => needs.taken.push(taken),
            None => value.stake = Stake::worse(value.stake, Some(taken)),
        }
        value
    }

    fn change_outside(&mut self, call: &Call, path: &Path, arguments: &Value) {
        self.store(&path.text);
        match call.manner {
            Manner::Add => {
                self.refill(&path.text);
                self.add(call, arguments);
            }
            Manner::Reset => self.preset(&path.text, &call.text),
            _ => {}
        }
    }

    /// Something is added that was not there before: twice is not once. Moving on what was awaited
    /// or taken is progress and not a repetition.
    fn add(&mut self, call: &Call, arguments: &Value) {
        let is_progress = arguments.stake.as_ref().is_some_and(|stake| stake.kind > Kind::Argument);
        if !is_progress {
            self.change(&call.text, None);
        }
    }
}
