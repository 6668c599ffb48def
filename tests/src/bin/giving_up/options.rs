//! The command line.

use std::time::SystemTime;

pub(crate) const USAGE: &str = "usage: giving_up [--elements NUMBER] [--seed NUMBER]";

#[derive(Clone, Copy)]
pub(crate) struct Options {
    pub(crate) elements: u32,
    pub(crate) seed: u64,
}

impl Options {
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let clock = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.subsec_nanos());
        let mut options = Self { elements: 100_000, seed: u64::from(clock) };
        while let Some(arg) = args.next() {
            let value = args.next().ok_or_else(|| format!("{arg} needs a value"))?;
            let no_number = |_| format!("{value} is not a number");
            match &*arg {
                "--elements" => options.elements = value.parse().map_err(no_number)?,
                "--seed" => options.seed = value.parse().map_err(no_number)?,
                _ => return Err(format!("unknown option {arg}")),
            }
        }
        Ok(options)
    }
}
