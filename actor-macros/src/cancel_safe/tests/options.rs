//! The options, and the errors about them.

use crate::{
    cancel_safe::options::{Answer, Options},
    diagnostics::Diagnostics,
};

use super::errors;

const FUNCTION: &str = "async fn ready() {}";

#[test]
fn trusted_needs_a_reason() {
    assert_eq!(errors("trusted = \"the peer tells doubles apart\"", FUNCTION), [""; 0]);
    assert_eq!(
        errors("trusted = \"\"", FUNCTION),
        ["the reason is empty\nhelp: say why dropping the call is harmless"]
    );
    assert_eq!(
        errors("trusted", FUNCTION),
        ["`trusted` needs a value\nhelp: write `trusted = \"why dropping the call is harmless\"`"]
    );
    assert_eq!(errors("trusted = because", FUNCTION), errors("trusted", FUNCTION));
}

#[test]
fn unknown_options() {
    assert_eq!(
        errors("trused = \"x\"", FUNCTION),
        ["`#[cancel_safe]` has no option `trused`\nhelp: did you mean `trusted`?"]
    );
    assert!(errors("always", FUNCTION)[0].contains("has no option `always`"));
}

#[test]
fn options_of_handlers_on_a_function() {
    for args in ["idempotent", "undelivered = put_back"] {
        let errors = errors(args, FUNCTION);
        assert_eq!(errors.len(), 1);
        assert!(errors[0].contains("is for handlers of an `#[actor]`"));
    }
}

#[test]
fn options_of_handlers() {
    let mut diagnostics = Diagnostics::new();
    let mut parse = |args: &str| Options::parse(args.parse().unwrap(), &mut diagnostics);
    let options = parse("undelivered = put_back, crate = some::path");
    let Some(Answer::Undelivered { method, .. }) = &options.answer else { panic!() };
    assert_eq!(method, "put_back");
    assert_eq!(options.krate.segments.len(), 2);
    assert!(matches!(parse("idempotent").answer, Some(Answer::Idempotent { .. })));
    assert!(parse("idempotent, undelivered = put_back").answer.is_some());
    assert_eq!(diagnostics.count(), 1);
    let text = diagnostics.finish().to_string();
    assert!(text.contains("`undelivered` excludes `idempotent`"), "{text}");
}

#[test]
fn the_runtime_may_be_renamed() {
    let text = super::expanded("crate = renamed", FUNCTION);
    assert!(text.contains("renamed::cancel_safe::CancelSafe"), "{text}");
    assert!(!text.contains("actor_runtime"), "{text}");
}
