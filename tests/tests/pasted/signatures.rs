//! The types that errors in a handler's signature advise: each is put in the place of the underlined code.

use std::{fmt::Write as _, fs, path::Path};

use actor_tests::programs::Libraries;

use super::{Paste, WORKSPACE, pasted};

/// What stands around each signature, on one line.
const BEFORE: &str = "{ use super::*; pub struct A; #[actor] impl A { ";
const AFTER: &str = " { loop {} } } }";

const ITEMS: &str = "
pub use std::{any::Any, borrow::{Borrow, Cow}, collections::HashMap, error::Error,
    ffi::{CStr, CString, OsStr, OsString}, fmt::{Debug, Display}, future::Future, io::{Read, Write},
    path::{Path, PathBuf}, pin::Pin, rc::Rc, sync::{Arc, Mutex}};
pub use actor_runtime::{Context, Replies, Reply, actor};
pub struct Key(u8);
pub struct RequestCtx;
pub struct Own<T>(T);
pub struct Span<'a>(&'a u8);
pub trait Load {}
fn main() {}
";

/// Signatures of handlers, each with one mistake or several. All of their helps name a type.
const SIGNATURES: &[&str] = &[
    // Arguments.
    "pub fn f(&self, a: &Key)",
    "pub fn f(&self, a: &Option<&Key>, b: Option<&str>)",
    "pub fn f(&self, a: &[&str], b: &mut [u8], c: &[&[u8]])",
    "pub fn f(&self, a: &'static mut Option<&mut Key>)",
    "pub fn f(&self, a: &mut dyn Load, b: &dyn Load)",
    "pub fn f(&self, a: &(dyn Debug + Send), b: &(dyn Debug + Sync))",
    "pub fn f(&self, a: &(dyn Fn(&str) -> usize + Send))",
    "pub fn f(&self, a: &dyn Any, b: &mut dyn Iterator<Item = &str>)",
    "pub fn f(&self, a: &mut (dyn Future<Output = u8> + Unpin))",
    "pub fn f(&self, a: &fn(&str), b: &Box<dyn Fn(&str)>)",
    "pub fn f(&self, a: &Self, b: Box<&Self>)",
    "pub fn f(&self, a: &HashMap<&str, &[u8]>, b: &(u8, &str))",
    "pub fn f(&self, a: &[&str; 4], b: &[u8; { 1 + 2 }])",
    "pub fn f(&self, a: &&'static str, b: &mut &str)",
    "pub fn f(&self, a: &&Path, b: &mut OsStr, c: Option<&CStr>)",
    "pub fn f(&self, a: Pin<&mut u8>, b: Pin<&mut dyn Future<Output = u8>>)",
    "pub fn f(&self, a: &Pin<&mut Key>, b: Pin<&mut (dyn Future<Output = u8> + Send)>)",
    "pub fn f(&self, a: &mut Vec<&str>, b: &mut Option<&mut Key>)",
    "pub fn f(&self, (a, b): &(u8, u8), Key(c): &Key, _: &u8)",
    "pub fn f(&self, a: &<Vec<u8> as IntoIterator>::Item, b: &[u8; 2])",
    "pub fn f(&self, a: &Arc<Mutex<u8>>, b: &Arc<str>)",
    "pub fn f(&self, a: &Own<Key>, b: &r#Key)",
    "pub fn f(&self, a: str, b: [u8], c: [Key])",
    "pub fn f(&self, a: dyn Load, b: dyn Fn(u8) + Send)",
    "pub fn f(&self, a: Option<str>, b: (u8, [u8]), c: Vec<dyn Load>)",
    "pub fn f(&self, a: Cow<str>, b: Cow<'_, str>, c: Cow<'_, [u8]>)",
    "pub fn f(&self, a: Span<'_>, b: Box<dyn Load + '_>)",
    "pub fn f(&self, a: Pin<Box<dyn Future<Output = u8> + Send + '_>>)",
    "pub fn f(&self, a: std::path::Path, b: Option<std::ffi::OsStr>, c: Vec<std::ffi::CStr>)",
    // Traits.
    "pub fn f(&self, a: Iterator<Item = &u8>, b: Vec<std::fmt::Display>)",
    "pub fn f(&self, a: Box<std::any::Any>, b: Option<Arc<std::error::Error>>)",
    "pub fn f(&self, a: Future<Output = u8>)",
    "pub fn f(&self) -> (u8, Iterator<Item = Key>)",
    // Types without a name.
    "pub fn f(&self, a: impl Load, b: &impl Load, c: Option<impl Load>)",
    "pub fn f(&self, a: impl Load + ?Sized, b: impl Load + Unpin)",
    "pub fn f(&self, a: impl Fn(u8) + 'static, b: impl Fn(&str) -> &str + Send)",
    "pub fn f(&self, a: impl for<'a> Fn(&'a u8) -> &'a u8)",
    "pub fn f(&self, a: impl AsRef<str>, b: impl AsRef<Path>, c: impl Borrow<[u8]>)",
    "pub fn f(&self, a: impl Into<String>, b: impl Into<Option<u8>>, c: impl Into<Vec<&str>>)",
    "pub fn f(&self, a: impl ToString, b: impl Display, c: &impl Debug)",
    "pub fn f(&self, a: impl Iterator<Item = u8>, b: impl Iterator<Item = &str> + '_)",
    "pub fn f(&self, a: impl Future<Output = u8>, b: impl Future<Output = ()> + Send + 'static)",
    "pub fn f(&self, a: &mut impl Write, b: impl Read, c: impl Error)",
    // The context and the reply.
    "pub fn f(&self, a: &mut Context<Self>)",
    "pub fn f(&self, a: Context<Self>)",
    "pub fn f(&self, a: &Context<u8>)",
    "pub fn f(&self, a: &RequestCtx)",
    "pub fn f(&self, a: &mut Replies<u8>)",
    "pub fn f(&self, a: &Reply<&str>)",
    "pub fn f(&self, a: Reply<Span<'_>>)",
    "pub fn f(&self, a: Reply<Option<&Key>>)",
    "pub fn f(&self, a: Replies<[u8]>)",
    // Answers.
    "pub fn f(&self) -> &str",
    "pub fn f(&mut self) -> &mut Key",
    "pub fn f(&self) -> Result<&[u8], Option<&str>>",
    "pub fn f(&self) -> &(dyn Error + 'static)",
    "pub fn f(&self) -> impl Load",
    "pub fn f(&self) -> impl Iterator<Item = &u8> + '_",
    "pub fn f(&self) -> impl Fn(u8) -> u8",
    "pub fn f(&self) -> impl Display",
    "pub fn f(&self) -> Box<dyn Iterator<Item = &u8> + '_>",
    "pub fn f(&self) -> str",
    "pub fn f(&self) -> Option<[u8]>",
    "pub fn f(&self) -> dyn Error",
    "pub fn f(&self) -> Cow<str>",
    "pub fn f(&self) -> (Span<'_>, u8)",
    "pub fn f(&self) -> &Self",
    // The actor.
    "pub fn f(self: Box<Self>)",
    "pub fn f(self: Arc<Self>, a: &str)",
    "pub fn f(self: Pin<&mut Self>)",
];

#[test]
fn advised_types_compile() {
    let libraries = Libraries::of_test(WORKSPACE, "pasted", &["actor_runtime", "futures", "tokio"]);
    let refused = program(SIGNATURES.iter().map(|signature| (*signature).to_owned()));
    let said = compile(&libraries, "refused_signatures", &refused).unwrap_err();
    let advice: Vec<(Paste, Vec<String>)> = said.split("\n\nerror").filter_map(advice).collect();
    let mut corrected = Vec::new();
    for (index, signature) in SIGNATURES.iter().enumerate() {
        let mut here: Vec<_> = advice.iter().filter(|(paste, _)| paste.line == index + 1).collect();
        assert!(!here.is_empty(), "`{signature}` is not refused with a type");
        here.sort_by_key(|(paste, _)| paste.column);
        let most = here.iter().map(|(_, codes)| codes.len()).max().unwrap_or_default();
        for choice in 0..most {
            let mut line = refused.lines().nth(index).unwrap().to_owned();
            for (paste, codes) in here.iter().rev() {
                let code = codes[choice.min(codes.len() - 1)].clone();
                line = pasted(&line, &Paste { line: 1, code, ..*paste });
            }
            let line = line.trim_end();
            let from = line.find(BEFORE).unwrap() + BEFORE.len();
            corrected.push(line[from..line.len() - AFTER.len()].to_owned());
        }
    }
    let corrected = program(corrected.into_iter());
    if let Err(said) = compile(&libraries, "corrected_signatures", &corrected) {
        panic!("{said}");
    }
}

/// One line for each signature, and the items that all of them use.
fn program(signatures: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    for (index, signature) in signatures.enumerate() {
        writeln!(text, "mod m{index} {BEFORE}{signature}{AFTER}").unwrap();
    }
    text + ITEMS
}

/// Where one of the macro's errors is, and the types that it advises.
fn advice(error: &str) -> Option<(Paste, Vec<String>)> {
    let place = error.lines().find(|line| line.contains("--> "))?;
    let mut numbers = place.rsplit(':');
    let column: usize = numbers.next()?.parse().ok()?;
    let line: usize = numbers.next()?.parse().ok()?;
    let width = error.lines().find(|line| line.contains('^'))?.matches('^').count();
    let (_, help) = error.lines().find_map(|line| line.split_once("help: "))?;
    let codes: Vec<String> = help.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    let is_of_macro = error.trim_start_matches("error").starts_with(": handler `f`");
    (is_of_macro && !codes.is_empty())
        .then_some((Paste { line, column, width, code: String::new() }, codes))
}

/// What rustc says, if it refuses the program.
fn compile(libraries: &Libraries, name: &str, text: &str) -> Result<(), String> {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let source = scratch.join(format!("{name}.rs"));
    fs::write(&source, text).unwrap();
    let mut rustc = libraries.rustc();
    rustc.arg(&source).args([
        "--cap-lints=allow",
        "--diagnostic-width=200",
        "--emit=metadata",
        "--out-dir",
    ]);
    let output = rustc.arg(scratch).output().unwrap();
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}
