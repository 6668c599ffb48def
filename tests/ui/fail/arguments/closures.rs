// Carets: the types of the closures. Message: take a box. Nothing about the closures in calls.
use actor_runtime::{actor, spawn};

struct Counter(u64);

#[actor]
impl Counter {
    pub fn change(&mut self, with: impl Fn(u64) -> u64 + Send) {
        self.0 = with(self.0);
    }

    pub fn look(&self, with: &dyn Fn(&str)) {
        with("");
    }

    pub fn maybe(&self, with: Option<impl FnOnce(u64)>, and: &mut dyn FnMut(u64)) {
        and(self.0);
        with.map(|with| with(self.0));
    }

    pub fn apply<F: FnOnce(u64) -> u64>(&mut self, with: F) {
        self.0 = with(self.0);
    }
}

fn main() {
    let counter = spawn(Counter(0));
    let _ = counter.change(|total| total.wrapping_add(1));
    let _ = counter.look(&|text| drop(text.len()));
    let _ = counter.maybe(None::<fn(u64)>, &mut |total| drop(total.pow(2)));
    let _ = counter.apply(|total| total.pow(2));
}
