//! A harness for programs that the compiler must refuse with a given message, or accept.
//!
//! Each program is one file, compiled against the libraries that cargo has built for the test itself.
//! So nothing is built twice, and rustc stops before code generation. Refused programs are compiled together, some
//! at a time, and again alone if rustc says something else of them in company. The accepted programs are compiled into
//! one.
//!
//! - `UPDATE_CASES=1` writes the expected messages instead of comparing them.
//! - `ONLY=word` skips refused programs whose path does not contain `word`.

mod diagnostics;
mod libraries;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

pub use self::libraries::Libraries;

/// The folder of a package, and the libraries that its programs use.
#[derive(Debug)]
pub struct Programs {
    /// Relative to the folder of the workspace.
    package: &'static str,
    scratch: PathBuf,
    libraries: Libraries,
}

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Held while rustc runs on all cores: concurrent tests would start as many processes again.
static CORES: Mutex<()> = Mutex::new(());

impl Programs {
    /// Programs in folders of `package`, a folder of this workspace. They may use `libraries`. Output goes
    /// to `scratch`.
    #[must_use]
    pub fn new(package: &'static str, scratch: &str, libraries: Libraries) -> Self {
        Self { package, scratch: scratch.into(), libraries }
    }

    /// The libraries that the programs may use.
    #[must_use]
    pub const fn libraries(&self) -> &Libraries {
        &self.libraries
    }

    /// Compiles each program in `folders`, and compares the messages with the `.stderr` beside it.
    ///
    /// # Panics
    ///
    /// Panics if a program is accepted, or if the messages differ.
    pub fn refused(&self, folders: &[&str]) {
        let programs = self.programs(folders);
        let only = env::var("ONLY").unwrap_or_default();
        let programs: Vec<_> = programs
            .iter()
            .filter(|path| path.to_string_lossy().contains(&only))
            .map(PathBuf::as_path)
            .collect();
        let are_alone = env::var_os("UPDATE_CASES").is_some() || !only.is_empty();
        let groups = self.groups(&programs, if are_alone { 1 } else { GROUP });
        let next = AtomicUsize::new(0);
        let failures = Mutex::new(Vec::new());
        let _cores = CORES.lock().unwrap_or_else(PoisonError::into_inner);
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
                scope.spawn(|| {
                    while let Some(group) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
                        for program in self.different_together(group) {
                            if let Err(difference) = self.compare(program) {
                                let failure = format!("{}: {difference}\n", program.display());
                                failures.lock().expect("no failure panics").push(failure);
                            }
                        }
                    }
                });
            }
        });
        let mut failures = failures.into_inner().expect("no failure panics");
        failures.sort();
        let counts = (failures.len(), programs.len());
        assert!(failures.is_empty(), "{}{} of {} failed", failures.concat(), counts.0, counts.1);
        println!("{} programs are refused as they should be", programs.len());
    }

    /// Compiles the programs in `folders` into one, and runs each `main` as a separate test.
    ///
    /// A program with one of the words in `OF_CRATES` is compiled alone.
    ///
    /// # Panics
    ///
    /// Panics if a program is refused, or fails.
    pub fn accepted(&self, folders: &[&str]) {
        let programs = self.programs(folders);
        let mut together = String::new();
        for program in &programs {
            let name = module_name(program);
            let text = fs::read_to_string(self.path(program)).expect("a readable program");
            let tested = format!("{text}\n{TEST}");
            if OF_CRATES.iter().any(|word| text.contains(word)) {
                self.run(&name, &tested);
            } else {
                together += &format!("/// A program.\npub mod {name} {{\n{tested}}}\n");
            }
        }
        self.run("accepted", &together);
        println!("{} programs are accepted and do not fail", programs.len());
    }

    /// Compiles each program in `folders`, and runs none.
    ///
    /// # Panics
    ///
    /// Panics if one is refused.
    pub fn compile(&self, folders: &[&str]) {
        for program in self.programs(folders) {
            let mut rustc = self.rustc(&self.path(&program));
            succeed(rustc.arg("--emit=metadata").arg("--out-dir").arg(&self.scratch));
        }
    }

    /// The files in `folders`, sorted, as paths from the package's folder.
    fn programs(&self, folders: &[&str]) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for folder in folders {
            let before = files.len();
            self.collect(Path::new(folder), &mut files);
            assert!(files.len() > before, "there is no program in `{folder}`");
        }
        files.sort();
        files
    }

    fn collect(&self, folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(self.path(folder)).expect("a readable folder") {
            let path = folder.join(entry.expect("a readable entry").file_name());
            if self.path(&path).is_dir() {
                self.collect(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }

    /// Divides `programs` into groups of at most `most`. A program that cannot be a module is alone.
    fn groups<'a>(&self, programs: &[&'a Path], most: usize) -> Vec<Vec<&'a Path>> {
        let is_module = |program: &&&Path| {
            let text = fs::read_to_string(self.path(program)).expect("a readable program");
            !OF_CRATES.iter().any(|word| text.contains(word))
        };
        let (modules, crates): (Vec<&Path>, Vec<&Path>) =
            programs.iter().partition(|program| is_module(program));
        let alone = crates.into_iter().map(|program| vec![program]);
        modules.chunks(most).map(<[&Path]>::to_vec).chain(alone).collect()
    }

    /// Compiles `programs` together, and returns those of which rustc does not say what is expected.
    fn different_together<'a>(&self, programs: &[&'a Path]) -> Vec<&'a Path> {
        let [first, _, ..] = programs else { return programs.to_vec() };
        let modules: String = programs
            .iter()
            .map(|program| {
                let path = self.path(program);
                format!("#[path = {path:?}]\nmod {};\n", module_name(program))
            })
            .collect();
        let source = self.scratch.join(format!("{}_and_more.rs", module_name(first)));
        fs::write(&source, modules + "fn main() {}\n").expect("a writable folder");
        let output = self
            .rustc(&source)
            .args(["--crate-name=program", "--emit=metadata", "--out-dir"])
            .arg(&self.scratch)
            .output()
            .expect("there is a rustc");
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.replace(&format!("{WORKSPACE}/{}/", self.package), "");
        let is_different = |program: &&Path| {
            let path = program.to_string_lossy();
            let own = diagnostics::about(&said, &path);
            let own = own.replace(&format!("{}::", module_name(program)), "");
            let own = diagnostics::normalized(&own, &path);
            let expected = self.expected(program);
            // A path is shorter where no other program has imported it.
            own != expected && own.replace("futures::Future", "Future") != expected
        };
        programs.iter().copied().filter(is_different).collect()
    }

    fn expected(&self, program: &Path) -> String {
        fs::read_to_string(self.path(program).with_extension("stderr")).unwrap_or_default()
    }

    /// Compares rustc's messages about `program` with the expected ones.
    fn compare(&self, program: &Path) -> Result<(), String> {
        let output = self
            .rustc(&Path::new(self.package).join(program))
            .arg("--emit=metadata")
            .arg("--out-dir")
            .arg(&self.scratch)
            .output()
            .expect("there is a rustc");
        if output.status.success() {
            return Err("is accepted".into());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.replace(&format!(" {}/", self.package), " ");
        let said = said.replace(&format!("@{}/", self.package), "@");
        let said = diagnostics::normalized(&said, &program.to_string_lossy());
        let file = self.path(program).with_extension("stderr");
        if env::var_os("UPDATE_CASES").is_some() {
            fs::write(file, said).expect("a writable folder");
            return Ok(());
        }
        let expected = self.expected(program);
        if said == expected { Ok(()) } else { Err(difference(&expected, &said)) }
    }

    /// Compiles `text` as a program of tests, and runs it.
    fn run(&self, name: &str, text: &str) {
        let source = self.scratch.join(format!("{name}.rs"));
        let program = self.scratch.join(name);
        fs::write(&source, text).expect("a writable folder");
        let _cores = CORES.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rustc = self.rustc(&source);
        succeed(rustc.arg("--test").arg("-o").arg(&program));
        let output = succeed(&mut Command::new(&program));
        println!("{}", String::from_utf8_lossy(&output.stdout));
    }

    /// rustc, in the workspace's folder, where it finds the sources of the libraries.
    fn rustc(&self, source: &Path) -> Command {
        let mut rustc = self.libraries.rustc();
        // Prints full type names, and tells rustc that it is run as if by cargo.
        rustc.args(["--verbose", "--diagnostic-width=140"]).env("CARGO_CRATE_NAME", "program");
        rustc.current_dir(WORKSPACE).arg(source);
        rustc
    }

    /// The path of a file or folder of the package.
    fn path(&self, path: &Path) -> PathBuf {
        Path::new(WORKSPACE).join(self.package).join(path)
    }
}

/// The number of refused programs that are compiled together.
const GROUP: usize = 16;

/// A name for the module with the program `path`.
fn module_name(path: &Path) -> String {
    path.with_extension("").to_string_lossy().replace(['/', '-'], "_")
}

/// Words that only a crate can contain, and no module: paths, other crates, a lint of whole crates, and
/// what stands at the root.
const OF_CRATES: [&str; 4] =
    ["crate::", "extern crate", "non_ascii_idents", "cancel_safe_methods!"];

/// Makes a program a module of tests. It may have no prelude.
const TEST: &str = "#[::core::prelude::v1::test]
fn runs() -> impl ::std::process::Termination {
    main()
}
";

/// Runs `command`, which must succeed.
fn succeed(command: &mut Command) -> Output {
    let output = command.output().expect("it starts");
    let (stdout, stderr) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{stdout}\n{stderr}");
    output
}

/// The lines that differ, without the common lines at the beginning and at the end.
fn difference(expected: &str, said: &str) -> String {
    if expected.is_empty() {
        return format!("nothing is expected, and rustc says\n{said}");
    }
    let (expected, said): (Vec<_>, Vec<_>) = (expected.lines().collect(), said.lines().collect());
    let start = expected.iter().zip(&said).take_while(|(a, b)| a == b).count();
    let (expected, said) = (&expected[start..], &said[start..]);
    let end = expected.iter().rev().zip(said.iter().rev()).take_while(|(a, b)| a == b).count();
    let lines = |sign, lines: &[&str]| -> String {
        lines[..lines.len() - end].iter().map(|line| format!("{sign} {line}\n")).collect()
    };
    format!("from line {}\n{}{}", start + 1, lines('-', expected), lines('+', said))
}
