//! The programs of `ui/pass`, in a crate of edition 2021.
//!
//! Generated code has to mean the same in every edition. Here the programs only have to compile; the test
//! `ui` runs them in the edition of the workspace.

#![cfg(test)]
#![allow(
    dead_code,
    clippy::all,
    reason = "the programs are neither run here nor examples of style"
)]

use std::{fs, path::Path};

actor_runtime::cancel_safe_methods! {
    tokio::sync::Barrier: wait;
}

mod declared {
    async fn run(barrier: &tokio::sync::Barrier) {
        actor_runtime::select! { _ = barrier.wait() => {} }
    }
}

#[path = "../../ui/pass"]
mod pass {
    mod answers {
        mod deferred_and_streamed;
        mod results;
    }
    mod arguments {
        mod borrowed;
        mod functions;
        mod not_clone_not_debug;
        mod patterns;
        mod static_borrow;
    }
    mod cfg {
        mod on_arguments;
        mod on_everything;
        mod on_handlers;
    }
    mod events {
        mod all_kinds;
    }
    mod generics {
        mod associated_types;
        mod constants;
        mod one_instance;
        mod type_parameters;
        mod unmentioned;
    }
    mod hooks {
        mod all;
        mod run_abandoned;
    }
    mod lints {
        mod deprecated;
        mod lints_travel;
    }
    mod names {
        mod constants_in_scope;
        mod given;
        mod like_types;
        mod modules_called_like_crates;
        mod no_implicit_prelude;
        mod of_arguments;
        mod of_final_handlers;
        mod of_handlers;
        mod raw_identifiers;
        mod shadowed_prelude;
    }
    mod places {
        mod in_function_body;
        mod made_by_macro_rules;
        mod public_api;
        mod two_actors;
    }
    mod receiver {
        mod typed;
    }
    mod send {
        mod what_can_be_sent;
    }
    mod starting {
        mod every_way;
        mod local;
    }
    mod r#use {
        mod in_structs_and_tasks;
        mod left_alone;
        mod own_impls;
    }
}

/// The programs that have to be separate crates: for crate attributes, or for paths from the root.
const CRATES: &[&str] = &["private_module", "renamed_crate", "strict"];

#[test]
fn every_program_is_here() {
    let listed = include_str!("lib.rs");
    for area in folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/pass")) {
        for case in folder(&area) {
            let name = case.file_stem().and_then(|name| name.to_str()).expect("a name in UTF-8");
            let is_listed = listed.contains(&format!("        mod {name};\n"));
            assert!(is_listed != CRATES.contains(&name), "`{name}` is not listed once");
        }
    }
}

fn folder(path: &Path) -> impl Iterator<Item = std::path::PathBuf> {
    let entries = fs::read_dir(path).expect("the folder of cases");
    entries.map(|entry| entry.expect("an entry of the folder").path())
}
