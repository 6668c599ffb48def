//! [`Metrics`]: the statistics over HTTP, as text for Prometheus.

use std::{
    fmt::Write as _,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use actor_runtime::actor;
use dns_actor::{LookupError, Resolver, front::FrontStats};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};

/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// A request has this size at most.
const REQUEST: usize = 4096;

/// Answers requests of Prometheus.
#[derive(Debug)]
pub(crate) struct Metrics {
    listener: TcpListener,
    resolver: Resolver,
    stats: Arc<FrontStats>,
    /// Requests that may be under way.
    places: Arc<Semaphore>,
}

impl Metrics {
    pub(crate) fn new(listener: TcpListener, resolver: Resolver, stats: Arc<FrontStats>) -> Self {
        Self { listener, resolver, stats, places: Arc::new(Semaphore::new(8)) }
    }
}

#[actor(keep_alive)]
impl Metrics {
    #[on(self.listener.accept())]
    async fn accept(&mut self, accepted: io::Result<(TcpStream, SocketAddr)>) {
        let Ok((stream, _)) = accepted else {
            // For example, there are too many open files.
            return tokio::time::sleep(Duration::from_millis(100)).await;
        };
        // Others are closed at once.
        let Ok(place) = self.places.clone().try_acquire_owned() else { return };
        let (resolver, stats) = (self.resolver.clone(), self.stats.clone());
        tokio::spawn(async move {
            let _ = timeout(PATIENCE, answer(stream, &resolver, &stats)).await;
            drop(place);
        });
    }
}

async fn answer(mut stream: TcpStream, resolver: &Resolver, stats: &FrontStats) -> io::Result<()> {
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") && request.len() < REQUEST {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let (status, body) = if request.starts_with(b"GET /metrics ") {
        match text(resolver, stats).await {
            Ok(body) => ("200 OK", body),
            Err(error) => ("503 Service Unavailable", format!("{error}\n")),
        }
    } else {
        ("404 Not Found", "see /metrics\n".to_owned())
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all((head + &body).as_bytes()).await?;
    stream.shutdown().await
}

/// Writes one metric after the other.
struct Text(String);

impl Text {
    fn number(&mut self, name: &str, kind: &str, number: u64) {
        let _ = writeln!(self.0, "# TYPE {name} {kind}\n{name} {number}");
    }
}

async fn text(resolver: &Resolver, front: &FrontStats) -> Result<String, LookupError> {
    let stats = resolver.stats().await?;
    let mut text = Text(String::new());
    for (name, number) in [
        ("dns_cache_hits_total", stats.hits),
        ("dns_cache_misses_total", stats.misses),
        ("dns_merged_total", stats.merged),
        ("dns_sent_total", stats.sent),
        ("dns_hedged_total", stats.hedged),
        ("dns_prefetched_total", stats.prefetched),
        ("dns_stale_total", stats.stale),
        ("dns_failed_total", stats.failed),
        ("dns_cancelled_total", stats.cancelled),
    ] {
        text.number(name, "counter", number);
    }
    text.number("dns_cached", "gauge", stats.cached as u64);
    text.number("dns_under_way", "gauge", stats.under_way as u64);
    let load = |counter: &AtomicU64| counter.load(Relaxed);
    for (name, counter) in [
        ("dns_front_udp_queries_total", &front.udp),
        ("dns_front_tcp_queries_total", &front.tcp),
        ("dns_front_responses_total", &front.responses),
        ("dns_front_truncated_total", &front.truncated),
        ("dns_front_refused_total", &front.refused),
        ("dns_front_failed_total", &front.failed),
        ("dns_front_ignored_total", &front.ignored),
        ("dns_front_connections_total", &front.connections),
        ("dns_front_rejected_total", &front.rejected),
    ] {
        text.number(name, "counter", load(counter));
    }
    let servers = resolver.servers().await?;
    let Text(mut text) = text;
    type Of = fn(&dns_actor::ServerStats) -> f64;
    #[expect(clippy::cast_precision_loss, reason = "Prometheus has floating-point numbers only")]
    let columns: [(&str, &str, Of); 7] = [
        ("asked_total", "counter", |server| server.asked as f64),
        ("answered_total", "counter", |server| server.answered as f64),
        ("lost_total", "counter", |server| server.lost as f64),
        ("refused_total", "counter", |server| server.refused as f64),
        ("truncated_total", "counter", |server| server.truncated as f64),
        ("latency_seconds", "gauge", |server| server.latency.as_secs_f64()),
        ("rests_seconds", "gauge", |server| server.rests.unwrap_or_default().as_secs_f64()),
    ];
    for (name, kind, of) in columns {
        let _ = writeln!(text, "# TYPE dns_server_{name} {kind}");
        for server in &servers {
            let _ =
                writeln!(text, "dns_server_{name}{{server=\"{}\"}} {}", server.address, of(server));
        }
    }
    Ok(text)
}
