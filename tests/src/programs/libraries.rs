//! The libraries that cargo has built for a test.

use std::{
    env,
    env::consts::DLL_SUFFIX,
    path::{Path, PathBuf},
    process::Command,
};

/// The names and paths of libraries.
#[derive(Debug)]
pub struct Libraries(Vec<(String, PathBuf)>);

impl Libraries {
    /// The libraries `names`, as cargo builds them in `folder` for the test `test`. If that test was started
    /// by `cargo test` in the same folder, they are built already.
    ///
    /// # Panics
    ///
    /// Panics if cargo fails, or builds no such library.
    #[must_use]
    pub fn of_test(folder: &str, test: &str, names: &[&str]) -> Self {
        let cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["test", "--no-run", "--test", test])
            .arg("--message-format=json-render-diagnostics")
            .current_dir(folder)
            .output()
            .expect("there is a cargo");
        assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
        let messages = String::from_utf8(cargo.stdout).expect("messages in UTF-8");
        let named = |name: &&str| ((*name).to_owned(), library(&messages, name));
        Self(names.iter().map(named).collect())
    }

    /// These libraries, with an `actor_runtime` that has the features `features` alone. What it is built
    /// on keeps its own: tokio has all its modules.
    ///
    /// It is put into `scratch`, without code: programs can be checked against it, and not be run.
    ///
    /// # Panics
    ///
    /// Panics if rustc fails.
    #[must_use]
    pub fn with_features(mut self, features: &[&str], scratch: &Path) -> Self {
        let mut rustc = self.rustc();
        rustc.args(["--crate-name=actor_runtime", "--crate-type=rlib", "--emit=metadata"]);
        rustc.args(["--cap-lints=allow", "actor-runtime/src/lib.rs", "--out-dir"]).arg(scratch);
        for feature in features {
            rustc.arg("--cfg").arg(format!("feature=\"{feature}\""));
        }
        rustc.env("CARGO_PKG_VERSION", "0.0.0").current_dir(super::WORKSPACE);
        super::succeed(&mut rustc);
        self.0.retain(|(name, _)| name != "actor_runtime");
        self.0.push(("actor_runtime".into(), scratch.join("libactor_runtime.rmeta")));
        self
    }

    /// A command that runs rustc with the libraries.
    #[must_use]
    pub fn rustc(&self) -> Command {
        let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        rustc.arg("--edition=2024");
        for (name, file) in &self.0 {
            let folder = file.parent().expect("a folder of libraries");
            rustc.arg("--extern").arg(format!("{name}={}", file.display()));
            rustc.arg("-L").arg(format!("dependency={}", folder.display()));
        }
        rustc
    }
}

/// The file of the library `name`, from the strings in cargo's messages.
fn library(messages: &str, name: &str) -> PathBuf {
    let start = format!("lib{name}-");
    let is_library = |path: &&Path| {
        let file = path.file_name().map(|file| file.to_string_lossy());
        let is_linked = |file: &str| file.ends_with(".rlib") || file.ends_with(DLL_SUFFIX);
        file.is_some_and(|file| file.starts_with(&start) && is_linked(&file))
    };
    let mut strings = messages.split('"').map(Path::new);
    let library = strings.find(is_library);
    library.unwrap_or_else(|| panic!("cargo built no library `{name}`")).to_owned()
}
