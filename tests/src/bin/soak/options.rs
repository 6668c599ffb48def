//! The command line.

use std::{fmt, time::SystemTime};

pub(crate) const USAGE: &str = "usage: soak [--ops NUMBER] [--seed NUMBER] [--mode current|multi]";

/// The runtime for the actors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// One thread and paused time: a seed determines the run.
    Current,
    /// A multi-threaded runtime, and plain threads that call its actors.
    Multi,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Current => "current",
            Self::Multi => "multi",
        })
    }
}

pub(crate) struct Options {
    pub(crate) ops: u64,
    pub(crate) seed: u64,
    mode: Option<Mode>,
}

impl Options {
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let clock = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.subsec_nanos());
        let mut options = Self { ops: 200_000, seed: u64::from(clock), mode: None };
        while let Some(arg) = args.next() {
            let value = args.next().ok_or_else(|| format!("{arg} needs a value"))?;
            let number = || value.parse().map_err(|_| format!("{value} is not a number"));
            match &*arg {
                "--ops" => options.ops = number()?,
                "--seed" => options.seed = number()?,
                "--mode" => {
                    options.mode = Some(match &*value {
                        "current" => Mode::Current,
                        "multi" => Mode::Multi,
                        _ => return Err(format!("unknown mode {value}")),
                    });
                }
                _ => return Err(format!("unknown option {arg}")),
            }
        }
        Ok(options)
    }

    pub(crate) fn modes(&self) -> &[Mode] {
        match self.mode {
            None => &[Mode::Current, Mode::Multi],
            Some(Mode::Current) => &[Mode::Current],
            Some(Mode::Multi) => &[Mode::Multi],
        }
    }
}
