//! The grammar of `select!`.

use std::future::{IntoFuture, Ready, pending, ready};

use actor_runtime::select;

use super::safe;

async fn one() -> usize {
    1
}

#[tokio::test]
async fn a_handler_ends_with_a_comma_or_a_brace_or_the_macro() {
    assert_eq!(1, select! { x = ready(1) => x, });
    assert_eq!(1, select! { x = ready(1) => x });
    assert_eq!(1, select! { x = ready(1) => { x } });
    assert_eq!(1, select! { x = ready(1) => { x }, });
    let sum = select! {
        biased;
        x = ready(1) => { x }
        x = ready(2) => x + 1,
        x = ready(3) => { x },
        else => 4
    };
    assert_eq!(sum, 1);
}

#[tokio::test]
async fn else_alone() {
    assert_eq!(1, select! { else => 1 });
    assert_eq!(1, select! { else => 1, });
    assert_eq!(1, select! { biased; else => 1 });
}

#[tokio::test]
async fn any_delimiter() {
    assert_eq!(1, select!(x = ready(1) => x));
    assert_eq!(1, select![x = ready(1) => x,]);
}

#[tokio::test]
async fn nested_in_a_handler() {
    let sum = select! {
        x = ready(1) => select! { y = ready(2) => x + y },
    };
    assert_eq!(sum, 3);
    let sum = select! {
        x = ready(1) => {
            select! { y = ready(2) => { x + y } }
        }
    };
    assert_eq!(sum, 3);
}

#[tokio::test]
async fn futures_of_every_shape() {
    assert_eq!(1, select! { x = safe(async { 1 }) => x });
    assert_eq!(1, select! { x = safe(one()) => x });
    let future = safe(one());
    assert_eq!(1, select! { x = future => x });
    let futures = [ready(1)];
    let [future] = futures;
    assert_eq!(1, select! { x = { future } => x });
    assert_eq!(1, select! { x = if true { ready(1) } else { ready(2) } => x });
    assert_eq!(1, select! { x = std::pin::pin!(ready(1)) => x });
    assert_eq!(1, select! { x = (ready(1)) => x });
    let make = || ready(1);
    assert_eq!(1, select! { x = make() => x });
}

#[tokio::test]
async fn values_that_become_futures() {
    struct NoFutureYet;

    impl IntoFuture for NoFutureYet {
        type Output = u8;
        type IntoFuture = Ready<u8>;

        fn into_future(self) -> Ready<u8> {
            ready(1)
        }
    }

    assert_eq!(1, select! { x = NoFutureYet => x });
}

#[tokio::test]
async fn refutable_patterns() {
    let seen = select! {
        Some(x) = ready(None::<u8>) => x,
        Ok(x) = ready(Err::<u8, u8>(2)) => x,
        else => 3,
    };
    assert_eq!(seen, 3);
    let seen = select! {
        biased;
        Some(5) = ready(Some(4)) => "five",
        Some(x @ 1..=4) = ready(Some(4)) => if x == 4 { "four" } else { "less" },
    };
    assert_eq!(seen, "four");
    let seen = select! { 7 = ready(6) => "seven", else => "other" };
    assert_eq!(seen, "other");
    let seen = select! { [first, .., last] = ready([1, 2, 3]) => first + last };
    assert_eq!(seen, 4);
}

#[tokio::test]
async fn or_patterns() {
    let seen = select! { Ok(x) | Err(x) = ready(Err::<u8, u8>(2)) => x };
    assert_eq!(seen, 2);
    let seen = select! { | 1 | 2 = ready(2) => "few", else => "many" };
    assert_eq!(seen, "few");
}

// https://github.com/tokio-rs/tokio/issues/2857 and 4182.
#[tokio::test]
async fn binding_modes() {
    let seen = select! { mut x = ready(1) => { x += 1; x } };
    assert_eq!(seen, 2);
    let seen = select! {
        Some(mut name) = ready(Some("1".to_string())) => { name.push('2'); name }
    };
    assert_eq!(seen, "12");
    select! { Some(ref name) = ready(Some("1".to_string())) => assert_eq!(name, "1") }
    select! {
        Some(ref mut name) = ready(Some("1".to_string())) => {
            name.push('2');
            assert_eq!(*name, "12");
        }
    }
}

/// tokio's macro refuses this in edition 2024, because it matches the pattern against a reference.
#[tokio::test]
async fn patterns_with_references() {
    let numbers = [1, 2];
    let seen = select! { Some(&x) = ready(numbers.first()) => x, else => 0 };
    assert_eq!(seen, 1);
    let seen = select! { &x = ready(&numbers[1]) => x };
    assert_eq!(seen, 2);
    let seen = select! { Some(&3) = ready(numbers.first()) => true, else => false };
    assert!(!seen);
}

#[tokio::test]
async fn handlers_may_leave_in_every_way() {
    async fn early() -> Result<u8, u8> {
        let mut rounds = 0;
        'outer: loop {
            loop {
                rounds += 1;
                select! {
                    x = ready(rounds) => match x {
                        1 => continue,
                        2 => break,
                        3 => continue 'outer,
                        4 => { ready(()).await; }
                        5 => Err(7)?,
                        _ => return Ok(x),
                    }
                }
            }
        }
    }
    assert_eq!(early().await, Err(7));
    let mut rounds = 0;
    let value = loop {
        rounds += 1;
        select! { x = ready(rounds) => if x == 2 { break x } }
    };
    assert_eq!(value, 2);
}

/// The expressions of branches run in the function as well, not in a closure.
#[tokio::test]
async fn futures_may_leave_too() {
    async fn if_any(x: Option<u8>) -> Option<u8> {
        select! { x = ready(x?) => Some(x) }
    }
    assert_eq!(if_any(None).await, None);
    assert_eq!(if_any(Some(1)).await, Some(1));
}

#[tokio::test]
async fn preconditions() {
    let seen = select! {
        _ = pending::<()>(), if true => 1,
        _ = ready(()), if false => 2,
        _ = ready(()), if 1 < 2 => 3,
    };
    assert_eq!(seen, 3);
    let seen = select! { _ = ready(()), if false => 1, else => 2 };
    assert_eq!(seen, 2);
}

#[tokio::test]
#[should_panic = "all branches are disabled and there is no else branch"]
async fn all_branches_disabled_without_else() {
    select! { Some(()) = ready(None) => {} }
}

#[tokio::test]
async fn as_a_statement_and_as_a_value() {
    let mut count = 0;
    select! { _ = ready(()) => count += 1 }
    select! { _ = ready(()) => { count += 1; } };
    let half = select! { _ = ready(()) => count } / 2;
    assert_eq!((count, half), (2, 1));
}

#[tokio::test]
async fn a_branch_that_never_ends_has_a_handler_of_any_type() {
    async fn never() -> ! {
        pending().await
    }
    let seen = select! {
        _ = safe(never()) => 0,
        one = safe(one()) => one,
    };
    assert_eq!(seen, 1);
}

#[tokio::test]
async fn sixty_four_branches() {
    macro_rules! sixty_four {
        ($($branch:tt)*) => { select! { $(x = { let _ = $branch; ready(1) } => x,)* } };
    }
    let one = sixty_four!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27
        28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58
        59 60 61 62 63);
    assert_eq!(one, 1);
}

/// A macro that passes whole expressions and patterns.
#[tokio::test]
async fn from_a_macro() {
    macro_rules! first {
        ($pattern:pat, $future:expr, $handler:expr) => {
            select! { $pattern = $future => $handler, _ = pending::<()>() => unreachable!() }
        };
    }
    assert_eq!(first!(Some(_), ready(Some(1)), 2), 2);
    let mut future = ready(1);
    assert_eq!(first!(_, &mut future, 3), 3);
}

/// Names that the expansion uses.
#[tokio::test]
#[allow(non_camel_case_types, dead_code)]
async fn names_that_collide() {
    struct Option;
    struct Result;
    enum Branch0 {}
    let (winner, disabled, kinds, branches, output, enabled, shapes) = (1, 2, 3, 4, 5, 6, 7);
    let recv = 8;
    let sum = select! {
        output = ready(output), if enabled == 6 => {
            output + winner + disabled + kinds + branches + enabled + shapes + recv
        }
    };
    assert_eq!(sum, 36);
    let mut recv = tokio::sync::mpsc::channel::<u8>(1).1;
    assert_eq!(None, select! { message = recv.recv() => message });
}

// https://github.com/tokio-rs/tokio/issues/3830
#[deny(clippy::default_numeric_fallback)]
#[allow(dead_code)]
async fn the_expansion_causes_no_lints() {
    select! { _ = ready(()) => (), else => () }
}
