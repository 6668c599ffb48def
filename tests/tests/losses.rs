//! Bodies that lose something. Each gives another result if it is dropped at its wait and called again,
//! and each is refused under `#[cancel_safe]`.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    fs,
    future::poll_fn,
    path::Path,
    pin::pin,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    task::Poll,
};

use actor_tests::programs::Libraries;
use tokio::sync::mpsc;

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Asked for once, because cargo is started for it.
static LIBRARIES: LazyLock<Libraries> = LazyLock::new(|| {
    Libraries::of_test(WORKSPACE, "losses", &["actor_runtime", "futures", "tokio"])
});

const IMPORTS: &str = "#![allow(warnings)]
use std::{cell::{Cell, RefCell}, collections::VecDeque, sync::{Arc, Mutex, atomic::{AtomicU32, Ordering::SeqCst}}};
use tokio::sync::mpsc;
macro_rules! taken { ($queue:expr) => { $queue.pop_front() } }
fn main() {}
";

/// Asserts that a program is refused, and not because of its imports.
fn refused(name: &str, source: &str) {
    let said = compiled(name, &format!("{IMPORTS}{source}"));
    let said = said.unwrap_or_else(|| panic!("`{name}` is accepted"));
    assert!(!said.contains("E0425") && !said.contains("E0432"), "{said}");
}

/// Compiles a program, and returns its errors.
fn compiled(name: &str, source: &str) -> Option<String> {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = scratch.join(format!("loses_{name}.rs"));
    fs::write(&path, source).unwrap();
    let mut rustc = LIBRARIES.rustc();
    rustc.current_dir(WORKSPACE).arg(&path).arg("--emit=metadata").arg("--out-dir");
    let output = rustc.arg(scratch).output().unwrap();
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The ten wrong bodies of `docs/cancel-safety.md` are refused by the check and by nothing else: each
/// compiles without `#[cancel_safe]`.
#[test]
fn the_documented_ones_are_refused_for_their_mark_alone() {
    let page = fs::read_to_string(Path::new(WORKSPACE).join("docs/cancel-safety.md")).unwrap();
    let programs = page.split("```compile_fail\n").skip(1).map(|rest| {
        let (program, _) = rest.split_once("\n```").expect("a block ends");
        let lines = program.lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
        lines.chain(["fn main() {}"]).collect::<Vec<_>>().join("\n")
    });
    let mut count = 0;
    for (position, marked) in programs.enumerate() {
        let name = format!("documented_{position}");
        let plain = marked.replace("#[cancel_safe]\n", "");
        assert_ne!(marked, plain, "nothing is marked");
        assert_eq!(compiled(&name, &plain), None, "{plain}");
        assert!(compiled(&name, &marked).is_some(), "accepted: {marked}");
        count += 1;
    }
    assert_eq!(count, 10);
}

macro_rules! loses {
    ($name:ident { $($field:ident: $ty:ty = $init:expr;)* } $($op:tt)*) => {
        mod $name {
            use super::*;

            struct S { gate: mpsc::Receiver<()>, $($field: $ty),* }

            impl S { $($op)* }

            #[tokio::test]
            async fn loses() {
                let state = |gate| S { gate, $($field: $init),* };
                let (open, gate) = mpsc::channel(1);
                open.try_send(()).unwrap();
                let whole = state(gate).op().await;
                let (open, gate) = mpsc::channel(1);
                let mut dropped = state(gate);
                {
                    let mut first = pin!(dropped.op());
                    poll_fn(|cx| Poll::Ready(assert!(first.as_mut().poll(cx).is_pending()))).await;
                }
                open.try_send(()).unwrap();
                assert_ne!(dropped.op().await, whole);
            }

            #[test]
            fn is_refused() {
                refused(stringify!($name), stringify!(
                    pub struct S { gate: mpsc::Receiver<()>, $($field: $ty),* }
                    impl S { #[actor_runtime::cancel_safe] pub $($op)* }
                ));
            }
        }
    };
}

loses! { taken { queue: VecDeque<u32> = [1, 2].into(); }
async fn op(&mut self) -> Option<u32> { let first = self.queue.pop_front(); self.gate.recv().await; first } }

loses! { taken_through_an_alias { queue: VecDeque<u32> = [1, 2].into(); }
async fn op(&mut self) -> Option<u32> { let queue = &mut self.queue; let first = queue.pop_front(); self.gate.recv().await; first } }

loses! { taken_by_a_pattern { queue: Option<VecDeque<u32>> = Some([1, 2].into()); }
async fn op(&mut self) -> Option<u32> {
    let Some(queue) = &mut self.queue else { return None };
    let first = queue.pop_front(); self.gate.recv().await; first
} }

loses! { taken_by_a_closure { queue: VecDeque<u32> = [1, 2].into(); }
async fn op(&mut self) -> Option<u32> { let mut take = || self.queue.pop_front(); let first = take(); self.gate.recv().await; first } }

loses! { taken_in_a_loop { queue: VecDeque<u32> = [1, 2].into(); }
async fn op(&mut self) -> Option<u32> {
    let mut sum = 0;
    while let Some(next) = self.queue.pop_front() { sum += next; }
    self.gate.recv().await; Some(sum)
} }

loses! { taken_where_the_pattern_fits { queue: VecDeque<u32> = [2, 3].into(); }
async fn op(&mut self) -> Option<u32> {
    if let Some(1) = self.queue.pop_front() { return Some(1); }
    self.gate.recv().await; self.queue.front().copied()
} }

loses! { taken_with_a_function { items: Vec<u32> = vec![1, 2]; }
async fn op(&mut self) -> Vec<u32> { let items = std::mem::take(&mut self.items); self.gate.recv().await; items } }

loses! { taken_behind_a_lock { queue: Arc<Mutex<VecDeque<u32>>> = Arc::new(Mutex::new([1, 2].into())); }
async fn op(&mut self) -> Option<u32> { let first = self.queue.lock().unwrap().pop_front(); self.gate.recv().await; first } }

loses! { taken_behind_a_copied_handle { queue: Arc<Mutex<VecDeque<u32>>> = Arc::new(Mutex::new([1, 2].into())); }
async fn op(&mut self) -> Option<u32> {
    let queue = Arc::clone(&self.queue);
    let first = { let mut queue = queue.lock().unwrap(); queue.pop_front() };
    self.gate.recv().await; first
} }

loses! { taken_behind_a_cell { queue: RefCell<VecDeque<u32>> = RefCell::new([1, 2].into()); }
async fn op(&mut self) -> Option<u32> { let first = self.queue.borrow_mut().pop_front(); self.gate.recv().await; first } }

#[allow(unused_macros)]
macro_rules! taken {
    ($queue:expr) => {
        $queue.pop_front()
    };
}

loses! { taken_by_a_macro { queue: VecDeque<u32> = [1, 2].into(); }
async fn op(&mut self) -> Option<u32> { let first = taken!(self.queue); self.gate.recv().await; first } }

loses! { counted { calls: u32 = 0; }
async fn op(&mut self) -> u32 { self.calls += 1; self.gate.recv().await; self.calls } }

loses! { counted_in_an_atomic { calls: AtomicU32 = AtomicU32::new(0); }
async fn op(&mut self) -> u32 { self.calls.fetch_add(1, SeqCst); self.gate.recv().await; self.calls.load(SeqCst) } }

loses! { counted_in_a_cell { calls: Cell<u32> = Cell::new(0); }
async fn op(&mut self) -> u32 { self.calls.set(self.calls.get() + 1); self.gate.recv().await; self.calls.get() } }

loses! { counted_through_a_view { calls: Vec<u32> = vec![0]; }
async fn op(&mut self) -> u32 { if let Some(calls) = self.calls.last_mut() { *calls += 1; } self.gate.recv().await; self.calls[0] } }

loses! { counted_in_a_guarded_block { calls: u32 = 0; done: Option<()> = None; }
async fn op(&mut self) -> u32 {
    if self.done.is_none() { self.calls += 1; self.gate.recv().await; self.done = Some(()); }
    self.calls
} }

loses! { set_to_nothing { count: u32 = 3; }
async fn op(&mut self) -> u32 { let count = self.count; self.count = 0; self.gate.recv().await; count } }

loses! { a_flag_around_the_wait { busy: bool = false; }
async fn op(&mut self) -> bool { if self.busy { return false; } self.busy = true; self.gate.recv().await; self.busy = false; true } }

loses! { moved_between_fields { first: Vec<u32> = vec![1]; second: Vec<u32> = vec![]; }
async fn op(&mut self) -> Vec<u32> {
    self.second = std::mem::take(&mut self.first); self.gate.recv().await; std::mem::take(&mut self.second)
} }

loses! { added { out: Vec<u32> = vec![]; }
async fn op(&mut self) -> usize { self.out.push(1); self.gate.recv().await; self.out.len() } }
