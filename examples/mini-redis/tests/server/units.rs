//! Unit tests of patterns, numbers and frames.

use bytes::BytesMut;
use mini_redis_actors::{
    frame::{Frame, Protocol, double},
    glob::matches,
    number::{add_floats, parse_float, parse_integer},
};

use crate::support::client::show;

#[test]
fn glob_patterns_match() {
    for (pattern, text, fits) in [
        ("", "", true),
        ("", "a", false),
        ("*", "", true),
        ("*", "anything", true),
        ("a*", "abc", true),
        ("*c", "abc", true),
        ("*b*", "abc", true),
        ("a*b*c", "a12b34c", true),
        ("a*b*c", "a12b34", false),
        ("?", "a", true),
        ("?", "", false),
        ("a?c", "abc", true),
        ("[abc]", "b", true),
        ("[a-c]x", "bx", true),
        ("[c-a]x", "bx", true),
        ("[^a-c]", "b", false),
        ("[^a-c]", "d", true),
        ("[a", "a", true),
        ("[]", "a", false),
        ("\\*", "*", true),
        ("\\*", "a", false),
        ("[\\]]", "]", true),
        ("a\\", "a\\", true),
        ("news.*", "news.sport", true),
        ("news.*", "news", false),
    ] {
        assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), fits, "{pattern} {text}");
    }
}

#[test]
fn a_pattern_of_many_stars_does_not_take_exponential_time() {
    let pattern = "a*".repeat(1000) + "b";
    assert!(!matches(pattern.as_bytes(), "a".repeat(10_000).as_bytes()));
}

#[test]
fn integers_are_parsed_strictly() {
    for (text, number) in [
        ("0", Some(0)),
        ("-1", Some(-1)),
        ("9223372036854775807", Some(i64::MAX)),
        ("-9223372036854775808", Some(i64::MIN)),
        ("9223372036854775808", None),
        ("-9223372036854775809", None),
        ("", None),
        ("-", None),
        ("-0", None),
        ("01", None),
        ("+1", None),
        (" 1", None),
        ("1 ", None),
        ("1.0", None),
        ("99999999999999999999999", None),
    ] {
        assert_eq!(parse_integer(text.as_bytes()), number, "{text}");
    }
}

#[test]
fn float_sums_are_accurate_and_have_no_exponent() {
    for (left, right, sum) in [
        ("0.1", "0.2", Some("0.3")),
        ("10.5", "0.1", Some("10.6")),
        ("5.0e3", "2.0e2", Some("5200")),
        ("1", "-1", Some("0")),
        ("0", "-0.5", Some("-0.5")),
        ("1e300", "1e300", Some("2e300")),
        ("1e308", "1e308", None),
        ("abc", "1", None),
    ] {
        let got = add_floats(left.as_bytes(), right.as_bytes());
        let is_equal = match (&got, sum) {
            (Some(got), Some(sum)) => got.parse::<f64>().ok() == sum.parse().ok(),
            (got, sum) => got.is_none() && sum.is_none(),
        };
        assert!(is_equal, "{left} + {right} = {got:?}");
        assert!(got.is_none_or(|got| !got.contains('e')), "{left} + {right} has an exponent");
    }
    assert_eq!(add_floats(b"0.1", b"0.2").as_deref(), Some("0.3"));
    assert_eq!(parse_float(b"inf"), Some(f64::INFINITY));
    assert_eq!(parse_float(b"nan"), None);
    assert_eq!(parse_float(b" 1"), None);
}

#[test]
fn doubles_have_their_shortest_form() {
    for (number, text) in [
        (1.0, "1"),
        (-0.5, "-0.5"),
        (1e20, "1e+20"),
        (1e-7, "1e-07"),
        (f64::INFINITY, "inf"),
        (f64::NEG_INFINITY, "-inf"),
        (0.0, "0"),
        (123_456_789.0, "123456789"),
    ] {
        assert_eq!(double(number), text);
    }
}

#[test]
fn frames_are_encoded_in_resp2_and_resp3() {
    let word = Frame::word;
    for (frame, resp2, resp3) in [
        (Frame::OK, "+OK", "+OK"),
        (Frame::Null, "$-1", "_"),
        (Frame::NullArray, "*-1", "_"),
        (Frame::Double(1.5), "$3 1.5", ",1.5"),
        (Frame::Text("a".to_owned()), "$1 a", "=5 txt:a"),
        (Frame::Map(vec![(word("k"), Frame::Integer(1))]), "*2 $1 k :1", "%1 $1 k :1"),
        (Frame::Set(vec![word("a")]), "*1 $1 a", "~1 $1 a"),
        (Frame::Push(vec![word("a"), Frame::Null]), "*2 $1 a $-1", ">2 $1 a _"),
        (Frame::Array(vec![Frame::Array(vec![]), Frame::flag(true)]), "*2 *0 :1", "*2 *0 :1"),
        (Frame::Error("ERR no".into()), "-ERR no", "-ERR no"),
        (Frame::count(7), ":7", ":7"),
        (Frame::maybe(None), "$-1", "_"),
        (Frame::Boolean(true), ":1", "#t"),
        (Frame::Boolean(false), ":0", "#f"),
        (
            Frame::BigNumber("12345678901234567890"),
            "$20 12345678901234567890",
            "(12345678901234567890",
        ),
        (
            Frame::WithAttributes(vec![(word("k"), Frame::Integer(1))], Box::new(word("a"))),
            "$1 a",
            "|1 $1 k :1 $1 a",
        ),
    ] {
        for (protocol, expected) in [(Protocol::Resp2, resp2), (Protocol::Resp3, resp3)] {
            let mut bytes = BytesMut::new();
            frame.encode(protocol, &mut bytes);
            assert_eq!(show(&bytes), expected, "{frame:?}");
        }
    }
}
