//! Plays a scenario on tokio's paused time.

use std::{
    collections::VecDeque,
    fmt, io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use dns_actor::{
    Answer, Config, LookupError, Question, Resolver, Stale,
    network::{Connecting, Datagrams, Network},
};
use hickory_proto::{
    op::{Message, ResponseCode},
    rr::Record,
};
use tokio::{
    io::ReadBuf,
    sync::{Notify, mpsc},
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::scenario::{Entry, Range, Scenario, Step};

/// No step takes so long, so a scenario that waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

type Outcome = Result<Arc<Answer>, LookupError>;
type Inbox = mpsc::UnboundedSender<io::Result<Vec<u8>>>;

/// The servers of a scenario.
#[derive(Default)]
struct Stage {
    step: Mutex<u32>,
    ranges: Vec<Range>,
    /// Queries that no range answers.
    pending: Mutex<VecDeque<(Message, Inbox)>>,
    arrived: Notify,
}

#[derive(Clone)]
struct Servers(Arc<Stage>);

struct Socket {
    stage: Arc<Stage>,
    sender: Inbox,
    inbox: Mutex<mpsc::UnboundedReceiver<io::Result<Vec<u8>>>>,
}

impl fmt::Debug for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Servers")
    }
}

impl Network for Servers {
    fn datagrams(&self, _: SocketAddr) -> io::Result<Box<dyn Datagrams>> {
        let (sender, inbox) = mpsc::unbounded_channel();
        Ok(Box::new(Socket { stage: self.0.clone(), sender, inbox: Mutex::new(inbox) }))
    }

    fn stream(&self, _: SocketAddr) -> Connecting {
        Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) })
    }
}

impl Datagrams for Socket {
    fn try_send(&self, datagram: &[u8]) -> io::Result<usize> {
        let query = Message::from_vec(datagram).expect("a query");
        let step = *locked(&self.stage.step);
        let ranges = self.stage.ranges.iter().filter(|range| range.steps.contains(&step));
        let mut entries = ranges.flat_map(|range| &range.entries);
        if let Some(entry) = entries.find(|entry| entry.fits(&query.queries[0])) {
            let _ = self.sender.send(Ok(entry.response(&query).to_vec().expect("a response")));
        } else {
            locked(&self.stage.pending).push_back((query, self.sender.clone()));
            self.stage.arrived.notify_waiters();
        }
        Ok(datagram.len())
    }

    fn poll_send_ready(&self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_recv(&self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        locked(&self.inbox).poll_recv(cx).map(|received| {
            buffer.put_slice(&received.expect("the socket has a sender")?);
            Ok(())
        })
    }
}

/// Plays a scenario. The error says what differs.
pub(crate) async fn play(scenario: Scenario) -> Result<(), String> {
    let (with_all, config) = (scenario.setting("minimal-responses") == Some("no"), &scenario);
    let mut settings = Config::new([SocketAddr::from(([216, 0, 0, 1], 53))]);
    settings.prefetch = config.setting("prefetch") == Some("yes");
    if config.setting("serve-expired") == Some("yes") {
        let seconds = |name: &str| config.setting(name).and_then(|value| value.parse().ok());
        let after = Duration::from_millis(seconds("serve-expired-client-timeout").unwrap_or(0));
        let max = Duration::from_secs(seconds("serve-expired-ttl").unwrap_or(86_400));
        settings.stale = Stale::After { after, max };
    }
    if config.setting("forward-no-cache") == Some("yes")
        || config.setting("msg-cache-size") == Some("1")
    {
        settings.cache = 0;
    }
    let has_other_ttl = config.setting("serve-expired-reply-ttl").is_some();
    let stage = Arc::new(Stage { ranges: scenario.ranges, ..Stage::default() });
    settings.network = Arc::new(Servers(stage.clone()));
    let resolver = Resolver::spawn(settings);
    let mut lookups: VecDeque<JoinHandle<Outcome>> = VecDeque::new();
    for step in scenario.steps {
        *locked(&stage.step) = step.number;
        let Step { number, action, words, entry } = step;
        let played = match action.as_str() {
            "QUERY" => {
                let (name, kind) = entry.question.ok_or("a query without a question")?;
                let resolver = resolver.clone();
                let ask = async move { resolver.ask(Question::new(name, kind)).await };
                lookups.push_back(tokio::spawn(ask));
                Ok(())
            }
            "CHECK_ANSWER" => {
                let lookup = lookups.pop_front().ok_or("an answer without a query")?;
                let outcome = timeout(PATIENCE, lookup).await.map_err(|_| "no answer")?;
                compare(&entry, &outcome.expect("no panic"), with_all, has_other_ttl)
            }
            "CHECK_OUT_QUERY" => arrive(&stage).await.and_then(|()| check_query(&stage, &entry)),
            "REPLY" => arrive(&stage).await.map(|()| reply(&stage, &entry)),
            "TIMEOUT" | "ERROR" => {
                lose(&stage, &lookups, action == "ERROR").await;
                Ok(())
            }
            "TIME_PASSES" => {
                let seconds = words.get(1).and_then(|word| word.parse().ok()).ok_or("a time")?;
                sleep(Duration::from_secs(seconds)).await;
                Ok(())
            }
            "NOTHING" | "TRAFFIC" => Ok(()),
            other => Err(format!("unknown action {other}")),
        };
        played.map_err(|error| format!("step {number}, {action}: {error}"))?;
    }
    Ok(())
}

/// Waits for a query to the servers.
async fn arrive(stage: &Stage) -> Result<(), String> {
    let wait = async {
        loop {
            let arrived = stage.arrived.notified();
            if !locked(&stage.pending).is_empty() {
                return;
            }
            arrived.await;
        }
    };
    timeout(PATIENCE, wait).await.map_err(|_| "no query to a server".to_owned())
}

fn check_query(stage: &Stage, entry: &Entry) -> Result<(), String> {
    let pending = locked(&stage.pending);
    let fits = |(query, _): &(Message, Inbox)| entry.fits(&query.queries[0]);
    if pending.iter().any(fits) { Ok(()) } else { Err(format!("found {:?}", pending[0].0.queries)) }
}

fn reply(stage: &Stage, entry: &Entry) {
    for (query, inbox) in locked(&stage.pending).drain(..) {
        if entry.fits(&query.queries[0]) {
            let _ = inbox.send(Ok(entry.response(&query).to_vec().expect("a response")));
        }
    }
}

/// Lets a query time out or fail. A resolver that has given up already sends none.
async fn lose(stage: &Stage, lookups: &VecDeque<JoinHandle<Outcome>>, is_error: bool) {
    let gives_up = async {
        while !lookups.iter().all(JoinHandle::is_finished) {
            sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        _ = arrive(stage) => {}
        () = gives_up => {}
    }
    let lost: Vec<_> = locked(&stage.pending).drain(..).collect();
    for (_, inbox) in lost.into_iter().filter(|_| is_error) {
        let _ = inbox.send(Err(io::ErrorKind::ConnectionRefused.into()));
    }
}

fn compare(
    entry: &Entry,
    outcome: &Outcome,
    with_all: bool,
    has_other_ttl: bool,
) -> Result<(), String> {
    let code = outcome.as_ref().map_or(ResponseCode::ServFail, |answer| answer.code());
    if code != entry.code() {
        return Err(format!("expected {}, found {code}: {outcome:?}", entry.code()));
    }
    let Ok(answer) = outcome else { return Ok(()) };
    if !entry.matches.iter().any(|word| word == "all") {
        return Ok(());
    }
    let with_ttl = entry.matches.iter().any(|word| word == "ttl");
    let shown = |record: &Record| {
        // The TTL of expired records is a setting of unbound, and always 30 here.
        let is_comparable = with_ttl && !(has_other_ttl && answer.is_stale());
        let ttl = if is_comparable { record.ttl } else { 0 };
        format!("{} {ttl} {} {}", record.name.to_lowercase(), record.record_type(), record.data)
    };
    let sorted = |records: &[Record]| {
        let mut records: Vec<String> = records.iter().map(shown).collect();
        records.sort();
        records
    };
    let found = [answer.records(), answer.authorities(), answer.additionals()];
    for (expected, found) in entry.sections.iter().zip(found).take(if with_all { 3 } else { 1 }) {
        if sorted(expected) != sorted(found) {
            return Err(format!("expected {:?}, found {:?}", sorted(expected), sorted(found)));
        }
    }
    Ok(())
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
