//! What is generated, as a person reads it. The user's own impl is left out.
//!
//! After a change: `INSTA_UPDATE=always cargo test -p actor-macros`, and read what git says changed.

use super::expand;

/// Compares everything but the impl itself with the snapshot `name`.
fn check(name: &str, args: &str, item: &str) {
    let mut file: syn::File = syn::parse2(expand(args, item)).expect("the expansion parses");
    assert!(matches!(file.items.remove(0), syn::Item::Impl(_)), "the user's impl comes first");
    let mut settings = insta::Settings::clone_current();
    settings.set_description(item);
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(name, prettyplease::unparse(&file)));
}

#[test]
fn two_plain_handlers() {
    check(
        "two_plain_handlers",
        "",
        "impl Counter {
            /// Adds `amount` and returns the new total.
            pub fn add(&mut self, amount: u64) -> u64 { self.total += amount; self.total }

            /// The total.
            pub fn total(&self) -> u64 { self.total }
        }",
    );
}
