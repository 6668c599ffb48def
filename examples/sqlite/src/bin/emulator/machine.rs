//! The emulated machine: memory, and a rule that computes the next frame from the last.

/// A machine whose state is 4 KiB of memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Machine {
    memory: Vec<u8>,
}

const MEMORY: usize = 4096;
/// The location of the score in memory.
const SCORE: std::ops::Range<usize> = 0..4;

impl Machine {
    pub(crate) fn new() -> Self {
        let seed = b"METEOR RUN -- INSERT COIN -- ";
        let mut memory: Vec<u8> = seed.iter().copied().cycle().take(MEMORY).collect();
        memory[SCORE].fill(0);
        Self { memory }
    }

    /// Restores a machine from a saved state, or returns `None` if it has the wrong length.
    pub(crate) fn load(memory: Vec<u8>) -> Option<Self> {
        (memory.len() == MEMORY).then_some(Self { memory })
    }

    pub(crate) fn state(&self) -> &[u8] {
        &self.memory
    }

    /// Computes one frame. Each cell depends on its neighbors, so that a wrong byte spreads.
    pub(crate) fn step(&mut self) {
        let last = self.memory.clone();
        for at in SCORE.end..MEMORY {
            let (left, right) = (last[at - 1], last[(at + 1) % MEMORY]);
            self.memory[at] = last[at].rotate_left(1) ^ left ^ right.wrapping_mul(5);
        }
        let score = self.score() + u32::from(self.memory[SCORE.end]) % 16;
        self.memory[SCORE].copy_from_slice(&score.to_be_bytes());
    }

    pub(crate) fn score(&self) -> u32 {
        self.memory[SCORE].iter().fold(0, |score, byte| score << 8 | u32::from(*byte))
    }
}
