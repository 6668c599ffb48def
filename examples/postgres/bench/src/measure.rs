//! Times of alternating slices, and their ratios.

use std::fs;

/// What a ratio is compared with.
pub(crate) enum Bar {
    AtLeast(f64),
}

/// Times of pairs of slices: ours and the peer's.
#[derive(Default)]
pub(crate) struct Slices {
    pairs: Vec<(f64, f64)>,
    cpu: (f64, f64),
}

impl Slices {
    pub(crate) fn add(&mut self, ours: f64, peer: f64, our_cpu: f64, peer_cpu: f64) {
        self.pairs.push((ours, peer));
        self.cpu = (self.cpu.0 + our_cpu, self.cpu.1 + peer_cpu);
    }

    fn best(&self) -> (f64, f64) {
        let least = |times: &mut dyn Iterator<Item = f64>| times.fold(f64::INFINITY, f64::min);
        let ours = least(&mut self.pairs.iter().map(|pair| pair.0));
        (ours, least(&mut self.pairs.iter().map(|pair| pair.1)))
    }

    /// How many times as fast as the peer, by the median of the pairs.
    fn median(&self) -> f64 {
        let mut ratios: Vec<f64> = self.pairs.iter().map(|(ours, peer)| peer / ours).collect();
        ratios.sort_by(f64::total_cmp);
        ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// A line of the table, for slices of `total` queries.
    pub(crate) fn line(&self, name: &str, total: usize) -> String {
        let (ours, peer) = self.best();
        let total = total as f64;
        format!(
            "| {name} | {:.0} | {:.0} | {:.2} | {:.2} | {:.2} |",
            total / ours,
            total / peer,
            peer / ours,
            self.median(),
            self.cpu.0 / self.cpu.1,
        )
    }

    /// 1 if the best slice is below the bar, and 0 otherwise.
    pub(crate) fn is_below(&self, bar: Bar) -> usize {
        let Bar::AtLeast(bar) = bar;
        let (ours, peer) = self.best();
        usize::from(peer / ours < bar)
    }
}

/// The CPU time of this process so far, in seconds.
pub(crate) fn cpu() -> f64 {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanos = tasks.filter_map(|task| {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    });
    nanos.sum::<f64>() / 1e9
}
