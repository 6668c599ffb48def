//! The machine, compiler and date of a run.

use std::{
    fs,
    process::Command,
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use rustix::system::uname;

/// The lock file, with the versions that this program is built with.
const LOCK: &str = include_str!("../../Cargo.lock");

/// The environment of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// The number and model of processors, and the operating system.
    pub machine: String,
    /// The version of the compiler.
    pub compiler: String,
    /// The version of tokio.
    pub tokio: String,
    /// The date, as `2026-01-31`.
    pub date: String,
}

impl Machine {
    /// Describes this machine, with today's date.
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

    /// Returns the description as one line of text.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self { machine, compiler, tokio, date } = self;
        format!("{date}, {machine}, {compiler}, tokio {tokio}")
    }
}

/// Returns the version of a dependency of this package.
#[must_use]
pub fn version(package: &str) -> Option<&'static str> {
    locked(LOCK, package)
}

/// Returns the version of `package` that this package depends on, according to a lock file.
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

/// Returns the value of a line `key = "value"`.
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
    // Drops the hash and date of `rustc 1.95.0 (abcdef 2026-01-01)`.
    let words: Vec<&str> = text.split_whitespace().take(2).collect();
    if words.is_empty() { "rustc ?".to_owned() } else { words.join(" ") }
}

/// Returns the UTC date.
///
/// The algorithm is Howard Hinnant's `civil_from_days`. Years begin in March and thus end with the leap day, so
/// that each month has a fixed offset.
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
    fn days_are_converted_to_dates() {
        let day = |days: u64| date(UNIX_EPOCH + Duration::from_secs(days * 86_400));
        assert_eq!(day(0), "1970-01-01");
        assert_eq!(day(11_016), "2000-02-29");
        assert_eq!(day(11_017), "2000-03-01");
        assert_eq!(day(20_453), "2025-12-31");
    }

    #[test]
    fn a_package_locked_in_two_versions_has_the_version_of_this_package() {
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
    fn every_package_has_a_version() {
        for entrant in crate::roster::ROSTER {
            if let Some(package) = entrant.package {
                assert!(version(package).is_some(), "{package}");
            }
        }
    }
}
