//! [`Servers`]: what is known about each server, and which one is asked next.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use actor_runtime::spawn;
use hickory_proto::op::ResponseCode;
use tokio::time::Instant;

use crate::{
    config::Config,
    error::Failure,
    upstream::{
        Route,
        tcp::{TcpUpstream, TcpUpstreamHandle},
        udp::{Upstream, UpstreamHandle},
    },
};

/// The time that a server is thought to need before it has answered once.
const UNKNOWN: Duration = Duration::from_millis(20);
/// A server that was not asked for this time is asked besides another one, to see how fast it is now.
const UNUSED: Duration = Duration::from_secs(60);
/// The same for a server that was late the last time.
const UNUSED_LATE: Duration = Duration::from_secs(1);
/// How long a server is waited for before another one is asked as well.
const HEDGE: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(300));
/// A server that fails is not asked for this time, then twice as long, and so on.
const REST: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(32));
/// A server rests if it has refused so many questions in a row which another server has answered.
const BLAME: u32 = 3;

/// Names a server also after it was removed.
pub(crate) type ServerId = u64;

/// The statistics of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerStats {
    /// The address.
    pub address: SocketAddr,
    /// The number of times that it was asked.
    pub asked: u64,
    /// The number of answers.
    pub answered: u64,
    /// The number of times that no answer came, or that it could not be reached.
    pub lost: u64,
    /// The number of answers that report a failure, such as SERVFAIL or REFUSED.
    pub refused: u64,
    /// The number of answers that were truncated and asked for again over TCP.
    pub truncated: u64,
    /// How long an answer takes, smoothed.
    pub latency: Duration,
    /// How long the server is not asked, because it failed.
    pub rests: Option<Duration>,
}

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) id: ServerId,
    pub(crate) udp: UpstreamHandle,
    tcp: Option<TcpUpstreamHandle>,
    route: Route,
    stats: ServerStats,
    /// The deviation of the latency, smoothed.
    deviation: Duration,
    used: Instant,
    /// Whether others are preferred because of one late answer.
    is_late: bool,
    /// When it answered last.
    heard: Option<Instant>,
    failures: u32,
    rests_until: Instant,
    is_probed: bool,
    blame: u32,
}

/// The servers.
#[derive(Debug)]
pub(crate) struct Servers {
    servers: Vec<Server>,
    last: ServerId,
}

impl Servers {
    pub(crate) fn new() -> Self {
        Self { servers: Vec::new(), last: 0 }
    }

    /// Replaces the addresses. Servers that stay keep their statistics.
    pub(crate) fn set(&mut self, addresses: &[SocketAddr], config: &Config) {
        let mut old = std::mem::take(&mut self.servers);
        for address in addresses {
            if self.servers.iter().any(|server| server.stats.address == *address) {
                continue;
            }
            let known = old.iter().position(|server| server.stats.address == *address);
            let server = match known {
                Some(index) => old.swap_remove(index),
                None => {
                    self.last += 1;
                    Server::new(self.last, *address, config)
                }
            };
            self.servers.push(server);
        }
    }

    pub(crate) fn get(&mut self, id: ServerId) -> Option<&mut Server> {
        self.servers.iter_mut().find(|server| server.id == id)
    }

    /// Returns the best server that is not in `asked`: the fastest that works, or else the one that rests for
    /// the shortest time.
    pub(crate) fn best(&mut self, asked: &[ServerId], now: Instant) -> Option<&mut Server> {
        let free = self.servers.iter_mut().filter(|server| !asked.contains(&server.id));
        free.min_by_key(|server| match server.failures {
            0 => (false, server.stats.latency),
            _ => (true, server.rests_until.saturating_duration_since(now)),
        })
    }

    /// Returns a server that is to be asked besides another one: whether it works again after a rest, or how
    /// fast it is, if it was not asked for long.
    pub(crate) fn probe(&mut self, now: Instant) -> Option<&mut Server> {
        self.servers.iter_mut().find(|server| match server.failures {
            0 => {
                let unused = if server.is_late { UNUSED_LATE } else { UNUSED };
                server.stats.asked == 0 || now.duration_since(server.used) >= unused
            }
            _ => !server.is_probed && server.rests_until <= now,
        })
    }

    pub(crate) fn has_other_than(&self, asked: &[ServerId]) -> bool {
        self.servers.iter().any(|server| !asked.contains(&server.id))
    }

    pub(crate) fn stats(&self, now: Instant) -> Vec<ServerStats> {
        let stats = |server: &Server| {
            let rests = server.rests_until.saturating_duration_since(now);
            let rests = (server.failures > 0 && !rests.is_zero()).then_some(rests);
            ServerStats { rests, ..server.stats.clone() }
        };
        self.servers.iter().map(stats).collect()
    }
}

impl Server {
    fn new(id: ServerId, address: SocketAddr, config: &Config) -> Self {
        let network = Arc::clone(&config.network);
        let (timeout, random_case) = (config.attempt, config.random_case);
        let route = Route { server: address, network, timeout, random_case };
        let now = Instant::now();
        let stats = ServerStats {
            address,
            asked: 0,
            answered: 0,
            lost: 0,
            refused: 0,
            truncated: 0,
            latency: UNKNOWN,
            rests: None,
        };
        Self {
            id,
            udp: spawn(Upstream::new(route.clone())),
            tcp: None,
            route,
            stats,
            deviation: UNKNOWN / 2,
            used: now,
            is_late: false,
            heard: None,
            failures: 0,
            rests_until: now,
            is_probed: false,
            blame: 0,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.stats.address
    }

    /// Replaces the actor, which has panicked.
    pub(crate) fn restart(&mut self) {
        tracing::error!("the actor of {} has failed", self.stats.address);
        self.udp = spawn(Upstream::new(self.route.clone()));
    }

    /// Returns the actor for TCP, which is started if necessary.
    pub(crate) fn tcp(&mut self) -> &TcpUpstreamHandle {
        self.tcp.get_or_insert_with(|| spawn(TcpUpstream::new(self.route.clone())))
    }

    /// Returns how long the server is waited for before another one is asked as well.
    pub(crate) fn hedge(&self) -> Duration {
        let usual = self.stats.latency * 3;
        usual.max(self.stats.latency + self.deviation * 4).clamp(HEDGE.0, HEDGE.1)
    }

    /// The server is asked.
    pub(crate) fn ask(&mut self, now: Instant) {
        self.stats.asked += 1;
        self.used = now;
        self.is_probed |= self.failures > 0;
    }

    /// The server has answered. `took` is how long that took over UDP.
    pub(crate) fn answered(&mut self, took: Option<Duration>, now: Instant) {
        self.stats.answered += 1;
        self.is_probed = false;
        if self.blame < BLAME {
            self.failures = 0;
        }
        let Some(took) = took else { return };
        let was_late = std::mem::take(&mut self.is_late);
        if self.heard.replace(now).is_none() || was_late {
            self.stats.latency = took;
            self.deviation = took / 2;
        } else {
            let difference = self.stats.latency.abs_diff(took);
            self.deviation = (self.deviation * 3 + difference) / 4;
            self.stats.latency = (self.stats.latency * 7 + took) / 8;
        }
    }

    /// The answer was one that helps.
    pub(crate) fn helped(&mut self) {
        self.blame = 0;
        self.failures = 0;
    }

    pub(crate) fn truncated(&mut self) {
        self.stats.truncated += 1;
    }

    /// The server has answered with a failure.
    pub(crate) fn refused(&mut self, code: ResponseCode) {
        self.stats.refused += 1;
        tracing::debug!("{} answers with {code}", self.stats.address);
    }

    /// Another server has answered what this one refused.
    pub(crate) fn blamed(&mut self, now: Instant) {
        self.blame += 1;
        if self.blame >= BLAME {
            self.rest(now);
        }
    }

    /// The server is late, and another one is asked as well. If nothing was heard from it meanwhile, others
    /// are preferred.
    pub(crate) fn late(&mut self, asked: Instant, now: Instant) {
        if self.heard.is_none_or(|heard| heard < asked) {
            self.is_late = true;
            self.stats.latency = self.stats.latency.max((now - asked) * 3);
        }
    }

    /// The server has not answered. If it has answered others since, a datagram was lost; otherwise it rests.
    pub(crate) fn lost(&mut self, asked: Instant, failure: Failure, now: Instant) {
        self.stats.lost += 1;
        self.is_probed = false;
        if failure == Failure::NoAnswer && self.heard.is_some_and(|heard| heard >= asked) {
            return;
        }
        self.rest(now);
    }

    /// What was asked before the server began to rest tells nothing new.
    fn rest(&mut self, now: Instant) {
        if self.rests_until > now {
            return;
        }
        let rest = REST.0 * 2_u32.pow(self.failures.min(6));
        self.failures += 1;
        self.rests_until = now + rest.min(REST.1);
        tracing::info!("{} rests for {:?}", self.stats.address, rest.min(REST.1));
    }
}
