//! What happened to each element.

/// The account of one run.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) read: usize,
    /// Still in the actor at the end.
    pub(crate) left: usize,
    pub(crate) lost: usize,
    /// Seen more than once.
    pub(crate) twice: usize,
    /// How many replies came back.
    pub(crate) came_back: u64,
}

impl Tally {
    /// Accounts for the elements from 0 to `all`.
    pub(crate) fn of(all: u32, read: &[u32], left: &[u32], came_back: u64) -> Self {
        let mut seen = vec![0_u32; all as usize];
        for &element in read.iter().chain(left) {
            seen[element as usize] += 1;
        }
        Self {
            read: read.len(),
            left: left.len(),
            lost: seen.iter().filter(|&&times| times == 0).count(),
            twice: seen.iter().filter(|&&times| times > 1).count(),
            came_back,
        }
    }

    pub(crate) fn print(&self, actor: &str, setting: &str) {
        let Self { read, left, lost, twice, came_back } = self;
        println!("| {actor} | {setting} | {read} | {left} | {lost} | {twice} | {came_back} |");
    }
}
