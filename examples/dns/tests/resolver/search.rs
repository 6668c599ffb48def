//! The order of names is that of glibc's `res_nsearch`.

use dns_actor::{Config, Name, Search};

use crate::support::*;

#[test]
fn names_are_tried_in_the_order_of_glibc() {
    let domains = || vec![name("eng.example."), name("example.")];
    let cases: [(&str, usize, &[&str]); 11] = [
        // Fewer dots than `ndots`: the search list comes first, and the name as it is at the end.
        ("www", 1, &["www.eng.example.", "www.example.", "www."]),
        ("www.a", 2, &["www.a.eng.example.", "www.a.example.", "www.a."]),
        ("a.b.c", 15, &["a.b.c.eng.example.", "a.b.c.example.", "a.b.c."]),
        // At least as many: the name as it is comes first.
        ("www.a", 1, &["www.a.", "www.a.eng.example.", "www.a.example."]),
        ("a.b.c", 2, &["a.b.c.", "a.b.c.eng.example.", "a.b.c.example."]),
        ("www", 0, &["www.", "www.eng.example.", "www.example."]),
        // A dot at the end: the name as it is only.
        ("www.", 1, &["www."]),
        ("www.a.", 15, &["www.a."]),
        ("localhost.", 0, &["localhost."]),
        (".", 1, &["."]),
        ("_sip._tcp", 1, &["_sip._tcp.", "_sip._tcp.eng.example.", "_sip._tcp.example."]),
    ];
    for (text, ndots, expected) in cases {
        let search = Search { domains: domains(), ndots };
        let names = search.candidates(&text.parse::<Name>().unwrap());
        let names: Vec<String> = names.iter().map(Name::to_string).collect();
        assert_eq!(names, expected, "{text} with ndots {ndots}");
    }
}

#[test]
fn the_root_in_the_search_list_is_the_name_as_it_is() {
    let search = Search { domains: vec![Name::root(), name("example.")], ndots: 2 };
    let names = search.candidates(&"www".parse().unwrap());
    assert_eq!(names, [name("www."), name("www.example.")]);
}

#[test]
fn names_that_become_too_long_are_left_out() {
    let label = "a".repeat(63);
    let long: Name = format!("{label}.{label}.{label}.{}", "a".repeat(55)).parse().unwrap();
    let search = Search { domains: vec![name("example.org.")], ndots: 1 };
    assert_eq!(search.candidates(&long).len(), 1);
}

#[test]
fn resolv_conf_is_read_as_by_glibc() {
    let config = Config::from_resolv_conf(
        "# a comment\n; another\nnameserver 192.0.2.1\nnameserver 2001:db8::1\nnameserver nonsense\n\
         domain old.example\nsearch eng.example example.\noptions ndots:99 timeout:3 attempts:2 rotate\n\
         lookup file bind\n",
    );
    let servers: Vec<String> = config.servers.iter().map(ToString::to_string).collect();
    assert_eq!(servers, ["192.0.2.1:53", "[2001:db8::1]:53"]);
    assert_eq!((config.search.domains.len(), config.search.ndots), (2, 15));
    assert_eq!((config.attempt, config.total), (ms(3000), ms(6000)));
    assert!(Config::from_resolv_conf("").servers.is_empty());
}
