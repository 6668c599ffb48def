//! The documentation of a user's crate: it shows none of our blanket impls, and all its links resolve.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Traits with blanket impls that are not ours.
const OTHERS: &[&str] = &[
    "Any",
    "Borrow",
    "BorrowMut",
    "CloneToUninit",
    "From",
    "Instrument",
    "Equivalent",
    "Into",
    "ToOwned",
    "TryFrom",
    "TryInto",
    "WithSubscriber",
];

#[test]
fn rustdoc_of_a_users_crate() {
    let pages = document();
    for page in ["struct.Plain", "struct.Limiter", "struct.LimiterHandle", "enum.LimiterMessage"] {
        let html = read(&pages, page);
        let ours: Vec<_> =
            blanket_impls(&html).filter(|name| !OTHERS.contains(&name.as_str())).collect();
        assert!(ours.is_empty(), "{page} shows {ours:?}");
    }
    for (page, link) in [
        ("struct.LimiterHandle", "struct.Limiter.html"),
        ("enum.LimiterMessage", "struct.Limiter.html"),
        ("struct.StackHandle", "struct.Stack.html"),
        ("struct.Remote", "inner/struct.Deep.html"),
    ] {
        let html = read(&pages, page);
        let linked = format!("A {} <a href=\"{link}\"", text_before_link(page));
        assert!(html.contains(&linked), "{page} has no {linked}");
    }
}

#[test]
fn links_through_self_and_examples_of_handlers() {
    let pages = document();
    let html = read(&pages, "struct.LimiterHandle");
    for (target, text) in [
        ("struct.Limiter.html#associatedconstant.LIMIT", "Limiter::LIMIT"),
        ("struct.Limiter.html#associatedconstant.LIMIT", "the limit"),
        ("struct.Limiter.html", "Limiter"),
        ("struct.LimiterHandle.html#method.left", "Self::left"),
        ("struct.LimiterHandle.html#method.take", "Self::take"),
    ] {
        let mut links = html.split("<a ").filter_map(|link| link.split_once("</a>"));
        let target = format!("href=\"{target}\"");
        let is_there = links.any(|(link, _)| {
            link.starts_with(&target) && without_tags(&format!("<{link}")) == text
        });
        assert!(is_there, "the handle has no link {text} to {target}");
    }
    assert!(without_tags(&html).contains("Limiter(Limiter::LIMIT).take(10)"), "it has no example");
    let html = without_tags(&read(&pages, "enum.LimiterMessage"));
    assert!(html.contains("at most Limiter::LIMIT.") && !html.contains("Examples"), "{html}");
}

#[test]
fn examples_of_handlers_run_once() {
    let libraries = libraries();
    let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rustdoc/lib");
    fs::create_dir_all(&library).expect("the folder can be made");
    let compiled = tool("RUSTC", "rustc", &libraries).arg("--out-dir").arg(&library).output();
    let compiled = compiled.expect("there is a rustc");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let mut tested = tool("RUSTDOC", "rustdoc", &libraries);
    let tested = tested.arg("--test").arg("-L").arg(&library).output().expect("there is a rustdoc");
    let output = String::from_utf8_lossy(&tested.stdout);
    assert!(output.contains("3 passed"), "{output}{}", String::from_utf8_lossy(&tested.stderr));
}

fn text_before_link(page: &str) -> &'static str {
    if page.starts_with("enum") { "message to" } else { "handle to a running" }
}

/// Runs rustdoc, as a user would with `deny(rustdoc::all)`, and returns the folder of its pages.
fn document() -> PathBuf {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rustdoc");
    let output = tool("RUSTDOC", "rustdoc", &libraries())
        .arg("--out-dir")
        .arg(&out)
        .output()
        .expect("there is a rustdoc");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !errors.contains("warning"), "{errors}");
    out.join("limiter")
}

/// `rustc` or `rustdoc`, with the user's crate and what it depends on.
fn tool(variable: &str, name: &str, libraries: &Path) -> Command {
    let mut tool = Command::new(env::var_os(variable).unwrap_or_else(|| name.into()));
    tool.args(["--edition=2024", "--crate-type=lib", "rustdoc/limiter.rs", "--extern"])
        .arg(format!("actor_runtime={}", newest_runtime(libraries).display()))
        .arg("-L")
        .arg(format!("dependency={}", libraries.display()))
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    tool
}

/// The folder of the libraries that tests are linked with.
fn libraries() -> PathBuf {
    let program = env::current_exe().expect("a test is a program");
    program.parent().expect("it is in a folder").to_owned()
}

/// The library that this test was linked with, or a newer build of it.
fn newest_runtime(libraries: &Path) -> PathBuf {
    let files = fs::read_dir(libraries).expect("the folder is there").flatten();
    let runtimes = files.filter(|file| {
        let name = file.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libactor_runtime-") && name.ends_with(".rlib")
    });
    let newest = runtimes.max_by_key(|file| file.metadata().and_then(|data| data.modified()).ok());
    newest.expect("the runtime was built").path()
}

fn read(pages: &Path, page: &str) -> String {
    let path = pages.join(format!("{page}.html"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of the traits in `impl<..> Trait<..> for T`.
fn blanket_impls(html: &str) -> impl Iterator<Item = String> {
    let (_, list) = html.split_once("id=\"blanket-implementations\"").expect("there are some");
    let headers = list.split("<h3 class=\"code-header\">impl&lt;").skip(1);
    headers.map(|header| {
        let header: String = without_tags(header.split("</h3>").next().unwrap_or_default());
        let (_, after) = header.split_once("&gt; ").unwrap_or(("", &header));
        let name = after.split([' ', '&']).next().unwrap_or_default();
        name.to_owned()
    })
}

fn without_tags(html: &str) -> String {
    let pieces = html.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    pieces.collect()
}
