//! Look-ups with one good server, and with two dead ones before it.

use std::{
    net::{SocketAddr, UdpSocket},
    time::{Duration, Instant},
};

use dns_actor::{Config, Resolver};
use hickory_resolver::{
    TokioResolver,
    config::{NameServerConfig, ResolverConfig},
    net::runtime::TokioRuntimeProvider,
    proto::rr::RecordType,
};

const ROUNDS: usize = 20;
/// A series is ended when it has taken so long.
const LONGEST: Duration = Duration::from_secs(11);

/// How long the look-ups of a series took, in order of length.
struct Series(Vec<Duration>);

impl Series {
    fn median(&self) -> Duration {
        self.0[self.0.len() / 2]
    }

    fn worst(&self) -> Duration {
        self.0[self.0.len() - 1]
    }
}

/// hickory-resolver with its default options.
pub(crate) fn hickory(servers: &[SocketAddr], cache: u64) -> TokioResolver {
    let server = |address: &SocketAddr| {
        let mut server = NameServerConfig::udp(address.ip());
        server.connections[0].port = address.port();
        server
    };
    let servers = servers.iter().map(server).collect();
    let config = ResolverConfig::from_parts(None, vec![], servers);
    let mut builder =
        hickory_resolver::Resolver::builder_with_config(config, TokioRuntimeProvider::default());
    builder.options_mut().cache_size = cache;
    builder.build().expect("the options are those of hickory")
}

/// Prints the table, and returns whether the bars are met.
pub(crate) async fn run(good: SocketAddr) -> bool {
    let holes: Vec<UdpSocket> = (0..2).map(|_| bound()).collect();
    let hole = |index: usize| holes[index].local_addr().expect("it is bound");
    let closed = bound().local_addr().expect("it was bound");
    let configurations = [
        ("good", vec![good]),
        ("closed, silent, good", vec![closed, hole(0), good]),
        ("silent, silent, good", vec![hole(0), hole(1), good]),
    ];
    println!("servers               question  ours: median    worst   hickory: median    worst");
    let mut is_met = true;
    for (what, servers) in configurations {
        for (kind, zone) in [("exists", "a.test."), ("NXDOMAIN", "nx.test.")] {
            let (ours, theirs) = series(&servers, zone, kind == "NXDOMAIN").await;
            println!(
                "{what:<21} {kind:<9} {:>12} {:>8}   {:>15} {:>8}",
                shown(ours.median()),
                shown(ours.worst()),
                shown(theirs.median()),
                shown(theirs.worst()),
            );
            is_met &= if servers.len() == 1 {
                check_time(
                    "median <= 1.1 x hickory's",
                    ours.median() <= theirs.median().mul_f64(1.1),
                )
            } else {
                check_time("worst case <= 500 ms", ours.worst() <= Duration::from_millis(500))
            };
        }
    }
    is_met
}

/// Asks both resolvers in turn. No name is asked twice.
async fn series(servers: &[SocketAddr], zone: &str, is_missing: bool) -> (Series, Series) {
    let ours = Resolver::spawn(Config::new(servers.iter().copied()));
    let theirs = hickory(servers, 0);
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    let begun = Instant::now();
    for round in 0..ROUNDS {
        let name = format!("n{round}-{:x}.{zone}", fastrand::u64(..));
        let asked = Instant::now();
        let answer = ours.lookup(name.as_str(), RecordType::A).await.expect("one server is good");
        our_times.push(asked.elapsed());
        assert_eq!(answer.exists(), !is_missing);

        if begun.elapsed() < LONGEST {
            let asked = Instant::now();
            let answer = theirs.lookup(name.as_str(), RecordType::A).await;
            their_times.push(asked.elapsed());
            assert_eq!(answer.is_ok(), !is_missing);
        }
    }
    our_times.sort();
    their_times.sort();
    (Series(our_times), Series(their_times))
}

/// Prints whether a bar is met, and returns it.
pub(crate) fn check(bar: &str, is_met: bool) -> bool {
    println!("{}  {bar}", if is_met { "yes" } else { "NO " });
    is_met
}

/// Like [`check`], for a bar of time. With `TIMES=print` it is only printed, for machines that are shared.
pub(crate) fn check_time(bar: &str, is_met: bool) -> bool {
    check(bar, is_met) || std::env::var_os("TIMES").is_some_and(|times| times == "print")
}

pub(crate) fn shown(duration: Duration) -> String {
    match duration.as_secs_f64() {
        seconds if seconds >= 1.0 => format!("{seconds:.2} s"),
        seconds if seconds >= 1e-5 => format!("{:.3} ms", seconds * 1e3),
        seconds => format!("{:.0} ns", seconds * 1e9),
    }
}

fn bound() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0").expect("a free port")
}
