//! Compares the body check of `#[cancel_safe]` with the documentation of crates that say which of their
//! functions are cancel safe.
//!
//! ```console
//! cargo run -p actor-tests --features measure --bin measure_cancel_safety -- ~/.cargo/registry/src/*/{tokio,quinn}-[0-9]*
//! ```
//!
//! It checks every `async fn` with a body. A function is documented if its doc comment mentions cancel
//! safety explicitly. Only bodies are checked: whether an awaited future is cancel safe depends on types,
//! which needs a compiler. `--all` also lists the refusals of undocumented functions.

#[path = "../../../actor-macros/src/cancel_safe/check/mod.rs"]
#[expect(unused_imports, dead_code, reason = "the macro uses more of it")]
mod check;

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use syn::{
    Attribute, Block, Expr, ExprLit, Lit, Meta, Signature,
    spanned::Spanned,
    visit::{self, Visit},
};

use check::{Arguments, End, Verdict};

fn main() {
    let (options, roots): (Vec<_>, Vec<_>) =
        env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let lists_all = options.iter().any(|option| option == "--all");
    let mut table = BTreeMap::new();
    for root in roots {
        let root = PathBuf::from(root);
        let name = root.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut survey = Survey { root: root.clone(), lists_all, ..Survey::default() };
        for file in rust_files(&root.join("src")) {
            survey.file(&file);
        }
        table.insert(name, survey.counts);
    }
    print(&table);
}

/// What the documentation says about a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Documented {
    Safe,
    Unsafe,
    Silent,
}

#[derive(Default)]
struct Counts {
    /// Accepted, accepted if the borrow checker agrees, and refused.
    of: BTreeMap<Documented, [usize; 3]>,
    /// Files that could not be parsed.
    unreadable: usize,
}

#[derive(Default)]
struct Survey {
    root: PathBuf,
    file: PathBuf,
    lists_all: bool,
    counts: Counts,
}

impl Survey {
    fn file(&mut self, path: &Path) {
        let Ok(source) = fs::read_to_string(path) else { return };
        self.file = path.strip_prefix(&self.root).unwrap_or(path).to_owned();
        match syn::parse_file(&source) {
            Ok(file) => self.visit_file(&file),
            Err(_) => self.counts.unreadable += 1,
        }
    }

    fn function(&mut self, attrs: &[Attribute], signature: &Signature, block: &Block) {
        if signature.asyncness.is_none() || is_test(attrs) {
            return;
        }
        let documented = documented(&doc(attrs));
        let verdict = check::check(signature, block, Arguments::Given, End::Act);
        let column = match (verdict.findings.is_empty(), verdict.model.asks_about_changes()) {
            (true, false) => 0,
            (true, true) => 1,
            (false, _) => 2,
        };
        self.counts.of.entry(documented).or_default()[column] += 1;
        let agrees = match documented {
            Documented::Safe => column < 2,
            Documented::Unsafe => column == 2,
            Documented::Silent => !self.lists_all || column < 2,
        };
        if !agrees {
            self.list(signature, documented, &verdict);
        }
    }

    fn list(&self, signature: &Signature, documented: Documented, verdict: &Verdict) {
        let line = signature.ident.span().start().line;
        let root = self.root.file_name().unwrap_or_default().to_string_lossy();
        println!(
            "{root}/{}:{line}: `{}` is documented as {documented:?}",
            self.file.display(),
            signature.ident
        );
        for finding in &verdict.findings {
            let line = finding.caret.span().start().line;
            println!("    {line}: {}", finding.message);
        }
    }
}

impl<'ast> Visit<'ast> for Survey {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.attrs, &item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }

    /// tokio and others have many items in macros like `cfg_net! { .. }`.
    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        if let Ok(file) = syn::parse2::<syn::File>(item.mac.tokens.clone()) {
            self.visit_file(&file);
        }
    }

    fn visit_impl_item_macro(&mut self, item: &'ast syn::ImplItemMacro) {
        let tokens = &item.mac.tokens;
        if let Ok(syn::Item::Impl(items)) = syn::parse2(quote::quote!(impl Anything { #tokens })) {
            self.visit_item_impl(&items);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.ident != "tests" && item.ident != "test" {
            visit::visit_item_mod(self, item);
        }
    }
}

fn is_test(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| attr.path().segments.last().is_some_and(|last| last.ident == "test"))
}

fn doc(attrs: &[Attribute]) -> String {
    let lines = attrs.iter().filter_map(|attr| match &attr.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join(" ")
}

/// Classifies a doc comment. "It is not cancel safe" contains "cancel safe", so denials come first.
fn documented(doc: &str) -> Documented {
    let doc =
        doc.to_lowercase().replace(['`', '*', '_', '[', ']'], "").replace("cancellation", "cancel");
    let doc = doc.replace("cancelation", "cancel").replace('-', " ");
    let words: Vec<_> = doc.split_whitespace().collect();
    let doc = words.join(" ");
    let denials = [
        "not cancel safe",
        "n't cancel safe",
        "not safe to cancel",
        "cancel unsafe",
        "never cancel safe",
    ];
    let claims = [
        "is cancel safe",
        "are cancel safe",
        "be cancel safe",
        "cancel safe.",
        "safe to cancel",
        "cancel safety this method is",
    ];
    if denials.iter().any(|words| doc.contains(words)) {
        Documented::Unsafe
    } else if claims.iter().any(|words| doc.contains(words)) {
        Documented::Safe
    } else {
        Documented::Silent
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn print(table: &BTreeMap<String, Counts>) {
    println!();
    println!(
        "| crate | documented safe: accepted | asked | refused | documented unsafe: accepted | asked | refused | silent: accepted | asked | refused |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let mut totals = [[0; 3]; 3];
    for (name, counts) in table {
        let mut row = format!("| {name}");
        for (total, documented) in
            totals.iter_mut().zip([Documented::Safe, Documented::Unsafe, Documented::Silent])
        {
            let columns = counts.of.get(&documented).copied().unwrap_or_default();
            for (total, count) in total.iter_mut().zip(columns) {
                *total += count;
                row += &format!(" | {count}");
            }
        }
        println!("{row} |");
        if counts.unreadable > 0 {
            eprintln!("{name}: {} files could not be parsed", counts.unreadable);
        }
    }
    let cells: Vec<_> = totals.as_flattened().iter().map(ToString::to_string).collect();
    println!("| **all** | {} |", cells.join(" | "));
    let [safe, not_safe, _] = totals;
    let agreed = safe[0] + safe[1] + not_safe[2];
    let all: usize = safe.iter().sum::<usize>() + not_safe.iter().sum::<usize>();
    println!("\nagreement: {agreed} of {all} documented functions");
}
