//! A broker that is restarted, a network that delays and cuts, and processes that are killed and stopped.
#![cfg(feature = "nats")]

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use actor_remote::{Link, RemoteErrorKind as Kind};
use actor_remote_tests::{
    ledger::{Ledger, LedgerHandle, LedgerRemote, Source, SourceHandle, SourceRemote, Tally},
    nats::Server,
    relay::Relay,
};
use actor_runtime::Scope;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    runtime::Handle,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

/// The number of the next call: no two calls have the same.
static NEXT: AtomicU64 = AtomicU64::new(1);

fn next() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A machine on which other programs run may be late by so much.
const SLACK: Duration = Duration::from_secs(3);

const SECOND: Duration = Duration::from_secs(1);

/// A ledger and a source that are served in this process.
struct Served {
    _scope: Scope,
    there: Link,
    here: Link,
    ledger: LedgerRemote,
    source: SourceRemote,
    file: PathBuf,
}

impl Served {
    async fn over(there: &str, here: &str, server: &Server) -> Self {
        let (there, here) = (connect(there).await, connect(here).await);
        let (scope, file) = (Scope::new(), server.directory().join("ledger"));
        let ledger: LedgerHandle = scope.spawn(Ledger::open(&file).expect("it can be written"));
        let source: SourceHandle = scope.spawn(Source);
        there.serve("ledger", &ledger, &scope).await.expect("it can be served");
        there.serve("source", &source, &scope).await.expect("it can be served");
        let (ledger, source) = (here.find("ledger"), here.find("source"));
        Self { _scope: scope, there, here, ledger, source, file }
    }

    /// Nothing is left of calls and streams.
    async fn is_idle(&self) {
        let idle = || self.here.stats().waiting == 0 && self.there.stats().serving == 0;
        for _ in 0..20_000 {
            if idle() {
                return;
            }
            sleep(Duration::from_millis(1)).await;
        }
        panic!("here {:?}, there {:?}", self.here.stats(), self.there.stats());
    }
}

async fn connect(address: &str) -> Link {
    actor_nats::connect(address).await.expect("it is connected").timeout(SECOND)
}

/// Calls until `is_over`, one call after the other.
async fn caller(ledger: LedgerRemote, is_over: Arc<AtomicBool>) -> Tally {
    let mut tally = Tally::default();
    while !is_over.load(Ordering::Relaxed) {
        let (id, begun) = (next(), Instant::now());
        let call = match id % 8 {
            0 => ledger.add_slowly(id, 5),
            _ => ledger.add(id),
        };
        tally.add(id, call.await);
        assert!(begun.elapsed() < SECOND + SLACK, "{id} took {:?}", begun.elapsed());
    }
    tally
}

/// So many callers, whose outcomes are collected.
struct Callers {
    is_over: Arc<AtomicBool>,
    callers: JoinSet<Tally>,
}

impl Callers {
    fn begin(count: usize, ledger: &LedgerRemote) -> Self {
        let (is_over, mut callers) = (Arc::new(AtomicBool::new(false)), JoinSet::new());
        for _ in 0..count {
            callers.spawn(caller(ledger.clone(), is_over.clone()));
        }
        Self { is_over, callers }
    }

    async fn end(self) -> Tally {
        self.is_over.store(true, Ordering::Relaxed);
        let joined = timeout(SECOND + SLACK, self.callers.join_all()).await;
        let mut tally = Tally::default();
        for one in joined.expect("a call hangs") {
            tally.extend(one);
        }
        tally
    }
}

/// Calls until one is answered.
async fn works_again(ledger: &LedgerRemote, tally: &mut Tally) {
    for _ in 0..100 {
        let id = next();
        let outcome = ledger.add(id).await;
        let is_answered = outcome.is_ok();
        tally.add(id, outcome);
        if is_answered {
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("no call is answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_is_restarted_under_load() {
    let Some(mut server) = Server::start() else { return };
    let file = Server::start().expect("it is installed");
    let served = Served::over(&server.address(), &server.address(), &file).await;
    let callers = Callers::begin(16, &served.ledger);
    for _ in 0..3 {
        sleep(Duration::from_millis(300)).await;
        let port = server.port();
        drop(server);
        sleep(Duration::from_millis(300)).await;
        server = Server::start_with(port.into(), &[]).expect("it is installed");
    }
    sleep(SECOND).await;
    let mut tally = callers.end().await;
    works_again(&served.ledger, &mut tally).await;
    eprintln!(
        "{} answered, {} refused, {} unknown",
        tally.answered.len(),
        tally.refused.len(),
        tally.unknown.len()
    );
    assert!(tally.answered.len() > 100);
    served.is_idle().await;
    tally.check(&served.file);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_broker_nothing_is_done_later() {
    let Some(server) = Server::start() else { return };
    let file = Server::start().expect("it is installed");
    let served = Served::over(&server.address(), &server.address(), &file).await;
    let mut tally = Tally::default();
    works_again(&served.ledger, &mut tally).await;
    let port = server.port();
    drop(server);
    // The client notices.
    for left in (0..100).rev() {
        let id = next();
        let outcome = served.ledger.add(id).timeout(Duration::from_millis(100)).await;
        let is_noticed =
            matches!(&outcome, Err(error) if matches!(error.kind(), Kind::Disconnected { .. }));
        tally.add(id, outcome);
        if is_noticed {
            break;
        }
        assert!(left > 0, "the client does not notice");
    }
    for _ in 0..20 {
        let (id, begun) = (next(), Instant::now());
        let error = served.ledger.add(id).timeout(Duration::from_millis(50)).await;
        let error = error.expect_err("there is no broker");
        assert!(matches!(error.kind(), Kind::Disconnected { .. }), "{error}");
        assert!(begun.elapsed() < SLACK);
        tally.add(id, Err(error));
        let cast = served.ledger.add(next()).timeout(Duration::from_millis(10)).cast().await;
        assert!(matches!(cast.expect_err("nothing is sent").kind(), Kind::Disconnected { .. }));
    }
    let mut stream = served.source.count(3, 0).timeout(Duration::from_millis(50));
    let error = stream.next().await.expect("an error").expect_err("there is no broker");
    assert!(matches!(error.kind(), Kind::Disconnected { .. }), "{error}");
    // One that has the time waits for a broker.
    let (patient, id) = (served.ledger.clone(), next());
    let patient =
        tokio::spawn(
            async move { patient.add(id).timeout(Duration::from_secs(60)).retry(100).await },
        );
    sleep(Duration::from_millis(200)).await;
    let _server = Server::start_with(port.into(), &[]).expect("it is installed");
    tally.add(id, patient.await.expect("it runs"));
    assert_eq!(tally.answered.last(), Some(&id));
    works_again(&served.ledger, &mut tally).await;
    served.is_idle().await;
    tally.check(&served.file);
}

/// Reads a stream to its end. It has every value up to there, once.
async fn read(source: SourceRemote, end: u64) -> Result<(), Kind> {
    let mut numbers = source.count(end, 1);
    let mut expected = 0;
    while let Some(number) = numbers.next().await {
        match number {
            Ok(number) => {
                assert_eq!(number, expected, "a gap");
                expected += 1;
            }
            Err(error) => return Err(error.into_kind()),
        }
    }
    assert_eq!(expected, end, "it has ended early");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_delays_and_cuts() {
    let Some(server) = Server::start() else { return };
    let seed = std::env::var("SEED")
        .map_or_else(|_| fastrand::u64(..), |seed| seed.parse().expect("a number"));
    eprintln!("SEED={seed}");
    let (there, here) = (
        Relay::start(server.port(), seed).await.expect("a port"),
        Relay::start(server.port(), seed ^ 1).await.expect("a port"),
    );
    there.set_calm(true);
    here.set_calm(true);
    let served = Served::over(&there.address(), &here.address(), &server).await;
    there.set_calm(false);
    here.set_calm(false);
    let callers = Callers::begin(16, &served.ledger);
    let mut streams = JoinSet::new();
    for _ in 0..8 {
        let source = served.source.clone();
        streams.spawn(async move {
            let mut ends = (0, 0);
            for _ in 0..5 {
                match read(source.clone(), 300).await {
                    Ok(()) => ends.0 += 1,
                    Err(_) => ends.1 += 1,
                }
            }
            ends
        });
    }
    let streams = timeout(Duration::from_secs(60), streams.join_all());
    let streams = streams.await.expect("a stream hangs");
    let mut tally = callers.end().await;
    eprintln!(
        "{} cuts, {} stalls; calls: {} answered, {} refused, {} unknown; streams: {streams:?}",
        there.cuts() + here.cuts(),
        there.stalls() + here.stalls(),
        tally.answered.len(),
        tally.refused.len(),
        tally.unknown.len()
    );
    assert!(there.cuts() + here.cuts() > 0, "nothing was cut");
    there.set_calm(true);
    here.set_calm(true);
    works_again(&served.ledger, &mut tally).await;
    served.is_idle().await;
    tally.check(&served.file);
}

/// A process of its own.
struct Member(Child);

impl Member {
    async fn start(server: &Server, name: &str, file: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_member"))
            .args([&server.address(), name])
            .arg(file)
            // Its end ends the process.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("it is built");
        let output = child.stdout.take().expect("a pipe");
        let mut lines = BufReader::new(output).lines();
        let line = timeout(Duration::from_secs(10), lines.next_line()).await;
        assert_eq!(line.expect("it starts").expect("a line").as_deref(), Some("ready"));
        Self(child)
    }

    async fn kill(mut self) {
        self.0.kill().await.expect("it runs");
    }

    async fn signal(&self, signal: &str) {
        let id = self.0.id().expect("it runs").to_string();
        let status = Command::new("kill").args([signal, &id]).status().await;
        assert!(status.expect("`kill` is there").success());
    }
}

/// A member dies or stops with a call that it has begun, one that is queued, and a stream: their callers know that in
/// 3.5 seconds.
async fn are_lost(here: &Link, end: impl Future<Output = ()>) -> Tally {
    let ledger: LedgerRemote = here.find("ledger");
    let source: SourceRemote = here.find("ledger.source");
    let (begun, queued) = (next(), next());
    let minute = Duration::from_secs(60);
    let begun_call = tokio::spawn(ledger.add_slowly(begun, 2000).timeout(minute).into_future());
    sleep(Duration::from_millis(50)).await;
    let queued_call = tokio::spawn(ledger.add(queued).timeout(minute).into_future());
    let mut numbers = source.count(u64::MAX, 100);
    assert_eq!(numbers.next().await, Some(Ok(0)));
    // Both calls are accepted after a millisecond.
    sleep(Duration::from_millis(100)).await;
    let ended = Instant::now();
    end.await;
    let mut tally = Tally::default();
    for (id, call) in [(begun, begun_call), (queued, queued_call)] {
        let outcome = call.await.expect("it runs");
        assert_eq!(outcome.as_ref().expect_err("nobody answers").kind(), &Kind::Lost);
        assert!(ended.elapsed() < Duration::from_millis(3500), "after {:?}", ended.elapsed());
        tally.add(id, outcome);
    }
    let error = loop {
        if let Err(error) = numbers.next().await.expect("no end was sent") {
            break error;
        }
    };
    assert_eq!(error.kind(), &Kind::Lost);
    assert!(ended.elapsed() < Duration::from_millis(3500), "after {:?}", ended.elapsed());
    assert_eq!(here.stats().waiting, 0);
    tally
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_killed_and_started_again() {
    let Some(server) = Server::start() else { return };
    let (here, file) = (connect(&server.address()).await, server.directory().join("ledger"));
    let ledger: LedgerRemote = here.find("ledger");
    let member = Member::start(&server, "ledger", &file).await;
    let mut tally = Tally::default();
    works_again(&ledger, &mut tally).await;
    assert_eq!(ledger.written().await, Ok(1));
    tally.extend(are_lost(&here, member.kill()).await);
    let error = ledger.written().await.expect_err("nobody serves the name");
    assert_eq!(error.kind(), &Kind::Unreachable);
    let _member = Member::start(&server, "ledger", &file).await;
    assert_eq!(ledger.written().await, Ok(0), "its state is that of a new process");
    works_again(&ledger, &mut tally).await;
    assert_eq!(ledger.written().await, Ok(1));
    tally.check(&file);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_stopped_and_goes_on() {
    let Some(server) = Server::start() else { return };
    let (here, file) = (connect(&server.address()).await, server.directory().join("ledger"));
    let ledger: LedgerRemote = here.find("ledger");
    let member = Member::start(&server, "ledger", &file).await;
    let mut tally = are_lost(&here, member.signal("-STOP")).await;
    // The engine does not know that it is stopped.
    let id = next();
    let outcome = ledger.add(id).timeout(Duration::from_millis(300)).await;
    let error = outcome.as_ref().expect_err("nobody answers");
    assert!(matches!(error.kind(), Kind::TimedOut { accepted: false, .. }), "{error}");
    tally.add(id, outcome);
    member.signal("-CONT").await;
    works_again(&ledger, &mut tally).await;
    assert_eq!(here.stats().waiting, 0);
    tally.check(&file);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_whose_members_are_killed_one_after_the_other() {
    let Some(server) = Server::start() else { return };
    let (here, file) = (connect(&server.address()).await, server.directory().join("ledger"));
    let ledger: LedgerRemote = here.find("ledger");
    let mut members = Vec::new();
    for _ in 0..3 {
        members.push(Member::start(&server, "ledger", &file).await);
    }
    let callers = Callers::begin(64, &ledger);
    let (is_over, mut patient) = (Arc::new(AtomicBool::new(false)), JoinSet::new());
    for _ in 0..8 {
        let (ledger, is_over) = (ledger.clone(), is_over.clone());
        patient.spawn(async move {
            let mut put = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let id = next();
                assert_eq!(
                    ledger.put(id).timeout(Duration::from_millis(500)).retry(20).await,
                    Ok(id)
                );
                put.push(id);
            }
            put
        });
    }
    for _ in 0..6 {
        sleep(Duration::from_millis(300)).await;
        members.remove(0).kill().await;
        members.push(Member::start(&server, "ledger", &file).await);
    }
    is_over.store(true, Ordering::Relaxed);
    let put = timeout(Duration::from_secs(30), patient.join_all()).await.expect("a call hangs");
    let put = put.concat();
    let mut tally = callers.end().await;
    for _ in 0..10 {
        works_again(&ledger, &mut tally).await;
    }
    eprintln!(
        "{} answered, {} refused, {} unknown; {} put",
        tally.answered.len(),
        tally.refused.len(),
        tally.unknown.len(),
        put.len()
    );
    assert!(!tally.unknown.is_empty(), "no call was under way when a member was killed");
    assert_eq!(here.stats().waiting, 0);
    tally.check_beside(&file, &put);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_that_leave_their_group_under_load_lose_no_call() {
    let Some(server) = Server::start() else { return };
    let (scope, file) = (Scope::new(), server.directory().join("ledger"));
    let mut members = Vec::new();
    for _ in 0..2 {
        let link = connect(&server.address()).await;
        let ledger: LedgerHandle = scope.spawn(Ledger::open(&file).expect("it can be written"));
        let service = link.serve("ledger", &ledger, &scope).await.expect("it can be served");
        members.push((link, ledger, service));
    }
    let here = connect(&server.address()).await;
    let ledger: LedgerRemote = here.find("ledger");
    let callers = Callers::begin(64, &ledger);
    for turn in 0..30 {
        let (link, ledger, service) = &mut members[turn % 2];
        service.stop().await;
        *service = link.serve("ledger", ledger, &scope).await.expect("it can be served");
    }
    let tally = callers.end().await;
    assert!(tally.answered.len() > 1000, "{} are answered", tally.answered.len());
    assert_eq!(tally.unknown, Vec::<u64>::new(), "of {}", tally.len());
    tally.check(&file);
    scope.shutdown().await;
}

/// A link that is dropped while there is no server leaves no task of its own behind. The client has two, which look for a
/// server for as long as it takes.
#[tokio::test]
async fn a_link_that_is_dropped_without_a_server_ends() {
    let Some(server) = Server::start() else { return };
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let client = tasks() + 2;
    let link = connect(&server.address()).await;
    let ledger: LedgerRemote = link.find("ledger");
    ledger.written().cast().await.expect("it is sent");
    assert!(tasks() > client);
    drop(server);
    let short = Duration::from_millis(20);
    let is_disconnected = async || ledger.written().timeout(short).cast().await.is_err();
    timeout(20 * SECOND, async { while !is_disconnected().await {} }).await.expect("it is noticed");
    drop((link, ledger));
    for _ in 0..300 {
        if tasks() <= client {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("{} tasks instead of {client}", tasks());
}
