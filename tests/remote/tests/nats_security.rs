//! Users, passwords, permissions and TLS.
#![cfg(feature = "nats")]

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use actor_nats::async_nats::{ConnectErrorKind, ConnectOptions};
use actor_remote::{Link, RemoteErrorKind as Kind};
use actor_remote_tests::{
    ledger::{Ledger, LedgerHandle, LedgerRemote, Source, SourceHandle, SourceRemote},
    nats::Server,
};
use actor_runtime::{ActorHandle, Scope};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::time::Instant;

/// A directory that ends with the test.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("actor-nats-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("it can be written");
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).expect("it can be written");
        path.to_str().expect("it is UTF-8").to_owned()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn user(name: &str, password: &str) -> ConnectOptions {
    ConnectOptions::new()
        .user_and_password(name.to_owned(), password.to_owned())
        .custom_inbox_prefix(format!("_INBOX_{name}"))
}

async fn serve(link: &Link, name: &str, file: &Path, scope: &Scope) -> LedgerHandle {
    let ledger: LedgerHandle = scope.spawn(Ledger::open(file).expect("it can be written"));
    link.serve(name, &ledger, scope).await.expect("it can be served");
    ledger
}

/// As in the documentation of `actor-nats`, and one who may do all.
const USERS: &str = r#"
authorization: { users: [
    { user: caller, password: "c", permissions: {
        publish: ["actor.counters.>", "actor-topic.control.counters.>", "actor-topic.process.*"]
        subscribe: ["_INBOX_caller.>", "actor-topic.beat.*"] } }
    { user: server, password: "s", permissions: {
        publish: ["_INBOX_caller.>", "actor-topic.beat.*"]
        subscribe: ["actor.counters.>", "actor-topic.control.counters.>", "actor-topic.process.*", "_INBOX_server.>"] } }
    { user: all, password: "a" }
] }
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_an_error_that_says_so() {
    let Some(server) = Server::start_with(-1, &["--user", "me", "--pass", "right"]) else { return };
    for options in [user("me", "wrong"), ConnectOptions::new()] {
        let error = actor_nats::connect_with(server.address(), options).await;
        let error = error.expect_err("it is refused");
        assert_eq!(error.kind(), ConnectErrorKind::AuthorizationViolation);
        assert!(error.to_string().contains("authorization violation"), "{error}");
        assert!(!error.to_string().contains("wrong"), "{error}");
    }
    let link = actor_nats::connect_with(server.address(), user("me", "right")).await;
    let (link, scope) = (link.expect("it is connected"), Scope::new());
    let _ledger = serve(&link, "ledger", &server.directory().join("ledger"), &scope).await;
    assert_eq!(link.find::<LedgerRemote>("ledger").add(1).await, Ok(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_calls_what_it_may_call_and_nothing_else() {
    let directory = Directory::new("users");
    let configuration = directory.write("nats.conf", USERS);
    let Some(server) = Server::start_with(-1, &["-c", &configuration]) else { return };
    let refusals = Arc::<Mutex<Vec<String>>>::default();
    let seen = refusals.clone();
    let options = user("caller", "c").event_callback(move |event| {
        let seen = seen.clone();
        async move { seen.lock().expect("it is not poisoned").push(event.to_string()) }
    });
    let here = actor_nats::connect_with(server.address(), options).await.expect("it may connect");
    let there = actor_nats::connect_with(server.address(), user("server", "s")).await;
    let there = there.expect("it may connect");
    let all = actor_nats::connect_with(server.address(), user("all", "a")).await;
    let all = all.expect("it may connect");
    let (scope, file) = (Scope::new(), server.directory().join("ledger"));
    let _ledger = serve(&there, "counters.eu", &file, &scope).await;
    let source: SourceHandle = scope.spawn(Source);
    there.serve("counters.source", &source, &scope).await.expect("it may serve");
    let others = serve(&all, "others.eu", &file, &scope).await;

    // Everything works where both may do what the documentation names, and the server refuses nothing.
    let counters: LedgerRemote = here.find("counters.eu");
    assert_eq!(counters.add(1).await, Ok(1));
    assert_eq!(counters.add_slowly(2, 20).await, Ok(2));
    let begun =
        tokio::spawn(counters.add_slowly(3, 100).timeout(Duration::from_secs(60)).into_future());
    tokio::time::sleep(Duration::from_millis(30)).await;
    begun.abort();
    let mut numbers = here.find::<SourceRemote>("counters.source").count(40, 100);
    for number in 0..40 {
        assert_eq!(numbers.next().await, Some(Ok(number)));
    }
    assert!(numbers.next().await.is_none());
    assert_eq!(
        here.find::<LedgerRemote>("counters.us").add(4).await.expect_err("nobody").kind(),
        &Kind::Unreachable
    );
    let refused = || refusals.lock().expect("it is not poisoned").clone();
    assert!(!refused().iter().any(|event| event.contains("Permissions")), "{:?}", refused());

    // Elsewhere the caller is told when its time is over.
    let (begun, after) = (Instant::now(), Duration::from_millis(300));
    let error = here.find::<LedgerRemote>("others.eu").add(5).timeout(after).await;
    let error = error.expect_err("it is refused");
    assert_eq!(error.kind(), &Kind::TimedOut { after, accepted: false });
    assert!(begun.elapsed() < Duration::from_secs(3));
    assert_eq!(others.stats().counts.handled, 0);
    assert!(
        refused().iter().any(|event| event.contains("Permissions Violation for Publish to \"actor.others.eu\"")),
        "{:?}",
        refused()
    );
    // And it may not serve.
    let ledger: LedgerHandle = scope.spawn(Ledger::open(&file).expect("it can be written"));
    let error = here.serve("counters.eu", &ledger, &scope).await.expect_err("it may not serve");
    assert!(error.to_string().contains("may not publish to `actor-topic.beat.*`"), "{error}");
}

/// The keys and certificates of an authority, a server and a client.
fn certificates(directory: &Directory) -> Result<[String; 5], Box<dyn Error>> {
    let mut authority = CertificateParams::new(vec![])?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate()?;
    let root = directory.write("ca.pem", &authority.self_signed(&key)?.pem());
    let issuer = Issuer::new(authority, key);
    let mut files = vec![root];
    for name in ["server", "client"] {
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()])?;
        let certificate = certificate.signed_by(&key, &issuer)?;
        files.push(directory.write(&format!("{name}.pem"), &certificate.pem()));
        files.push(directory.write(&format!("{name}-key.pem"), &key.serialize_pem()));
    }
    Ok(files.try_into().expect("there are five"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_tls_that_knows_its_clients_by_certificates() -> Result<(), Box<dyn Error>> {
    let directory = Directory::new("tls");
    let [ca, certificate, key, client, client_key] = certificates(&directory)?;
    let arguments =
        ["--tlsverify", "--tlscert", &certificate, "--tlskey", &key, "--tlscacert", &ca];
    let Some(server) = Server::start_with(-1, &arguments) else { return Ok(()) };
    let address = format!("tls://127.0.0.1:{}", server.port());
    let known = || {
        ConnectOptions::new()
            .add_root_certificates(ca.clone().into())
            .add_client_certificate(client.clone().into(), client_key.clone().into())
    };
    let link = actor_nats::connect_with(&address, known()).await?;
    let scope = Scope::new();
    let _ledger = serve(&link, "ledger", &server.directory().join("ledger"), &scope).await;
    let other = actor_nats::connect_with(&address, known()).await?;
    assert_eq!(other.find::<LedgerRemote>("ledger").add(1).await, Ok(1));

    // A client without a certificate, and one that does not know the authority of the server.
    let unknown = ConnectOptions::new().add_root_certificates(ca.clone().into());
    assert!(actor_nats::connect_with(&address, unknown).await.is_err());
    let [stranger, ..] = certificates(&Directory::new("stranger"))?;
    let unknown = ConnectOptions::new().add_root_certificates(stranger.into());
    assert!(actor_nats::connect_with(&address, unknown).await.is_err());
    Ok(())
}
