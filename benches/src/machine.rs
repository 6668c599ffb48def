//! Where, when and with what the figures were taken.

use std::{
    fs,
    process::Command,
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use rustix::system::uname;

/// What was built into this program, and in which version.
const LOCK: &str = include_str!("../../Cargo.lock");

/// What a reader has to know to compare figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Processor, how many of them, and operating system.
    pub machine: String,
    /// The compiler's version.
    pub compiler: String,
    /// The version of tokio.
    pub tokio: String,
    /// The day, as `2026-01-31`.
    pub date: String,
}

impl Machine {
    /// This machine, today.
    #[must_use]
    pub fn this() -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let system = uname();
        let (kernel, release, architecture) = (
            system.sysname().to_string_lossy(),
            system.release().to_string_lossy(),
            system.machine().to_string_lossy(),
        );
        let release = release.split('-').next().unwrap_or_default();
        Self {
            machine: format!("{processors} x {} ({architecture}), {kernel} {release}", processor()),
            compiler: compiler(),
            tokio: version("tokio").unwrap_or("?").to_owned(),
            date: date(SystemTime::now()),
        }
    }

    /// All of it in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self { machine, compiler, tokio, date } = self;
        format!("{date}, {machine}, {compiler}, tokio {tokio}")
    }
}

/// The version of a dependency of this package.
#[must_use]
pub fn version(package: &str) -> Option<&'static str> {
    locked(LOCK, package)
}

/// The version of `package` that this package is built with, by a lock file.
fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let entry = |name: &str, version: Option<&str>| {
        lock.split("[[package]]").find(|entry| {
            field(entry, "name") == Some(name)
                && (version.is_none() || field(entry, "version") == version)
        })
    };
    let own = entry(env!("CARGO_PKG_NAME"), None)?;
    // A dependency is written as `"name"`, or as `"name version"` where the lock file has more than one.
    let named = own
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","))
        .find(|dependency| dependency.split(' ').next() == Some(package))?;
    field(entry(package, named.split(' ').nth(1))?, "version")
}

/// The value of a line `key = "value"`.
fn field<'a>(entry: &'a str, key: &str) -> Option<&'a str> {
    let value = |line: &'a str| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"');
    entry.lines().find_map(value)
}

fn processor() -> String {
    let description = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        description.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    model.map_or("unknown processor", |(_, model)| model.trim()).to_owned()
}

fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output().ok();
    let text = output.and_then(|output| String::from_utf8(output.stdout).ok()).unwrap_or_default();
    // `rustc 1.95.0 (abcdef 2026-01-01)`: the hash says nothing to a reader.
    let words: Vec<&str> = text.split_whitespace().take(2).collect();
    if words.is_empty() { "rustc ?".to_owned() } else { words.join(" ") }
}

/// The day of a moment, in UTC.
///
/// From days to a date as in Howard Hinnant's `civil_from_days`: years that begin in March end with the
/// leap day, so that each month begins a fixed number of days after it.
fn date(moment: SystemTime) -> String {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    let days = since.as_secs() / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn days_have_dates() {
        let day = |days: u64| date(UNIX_EPOCH + Duration::from_secs(days * 86_400));
        assert_eq!(day(0), "1970-01-01");
        assert_eq!(day(11_016), "2000-02-29");
        assert_eq!(day(11_017), "2000-03-01");
        assert_eq!(day(20_453), "2025-12-31");
    }

    #[test]
    fn a_package_that_is_locked_twice_has_the_version_of_ours() {
        let lock = r#"
[[package]]
name = "actor-benchmarks"
version = "0.1.0"
dependencies = [
 "both 2.0.0",
 "one",
]

[[package]]
name = "both"
version = "1.0.0"

[[package]]
name = "both"
version = "2.0.0"

[[package]]
name = "one"
version = "3.0.0"
"#;
        assert_eq!(locked(lock, "both"), Some("2.0.0"));
        assert_eq!(locked(lock, "one"), Some("3.0.0"));
        assert_eq!(locked(lock, "none"), None);
    }

    #[test]
    fn everybody_with_a_package_has_a_version() {
        for entrant in crate::roster::ROSTER {
            if let Some(package) = entrant.package {
                assert!(version(package).is_some(), "{package}");
            }
        }
    }
}
