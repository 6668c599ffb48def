//! A PostgreSQL cluster for the tests of this process, on a free port, as a user that is not root.

use std::{
    env, fs,
    future::poll_fn,
    io::Write,
    net::TcpListener,
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    pin::pin,
    process::{Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    task::Poll,
    time::{Duration, Instant},
};

use postgres_actor::{Config, Session};

/// The longest that any condition is waited for.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// A running cluster. It is stopped, and its directory removed, when this process ends.
pub(crate) struct Cluster {
    pub(crate) port: u16,
    pub(crate) directory: PathBuf,
    /// The certificate of the server, which is also the authority that signed it.
    pub(crate) certificate: String,
    user: Option<(u32, u32)>,
    bin: PathBuf,
}

/// The cluster, or `None` if PostgreSQL is not installed. With `NO_SKIP`, that fails the test.
pub(crate) fn shared() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
    match CLUSTER.get_or_init(|| Cluster::start("")) {
        Ok(cluster) => Some(cluster),
        Err(why) if env::var_os("NO_SKIP").is_none() => {
            eprintln!("skipped: {why}");
            None
        }
        Err(why) => panic!("{why}"),
    }
}

/// Runs a test with the cluster, or skips it.
macro_rules! cluster {
    () => {
        match $crate::support::shared() {
            Some(cluster) => cluster,
            None => return,
        }
    };
}
pub(crate) use cluster;

/// A name that no other test uses.
pub(crate) fn unique(name: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{name}_{}", NEXT.fetch_add(1, Relaxed))
}

/// Waits until a condition holds.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < DEADLINE, "not within {DEADLINE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Polls a future as often as `polls` says, and then drops it. Returns its output if it was ready by then.
pub(crate) async fn polled<T>(future: impl Future<Output = T>, mut polls: u32) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(move |cx| {
        if polls == 0 {
            return Poll::Ready(None);
        }
        polls -= 1;
        future.as_mut().poll(cx).map(Some)
    })
    .await
}

/// The output of a future that is ready at its first poll.
pub(crate) async fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(move |cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// Ends the statement that a session runs, by another session.
pub(crate) async fn end_statement(cluster: &Cluster, session: &Session) {
    let sql = "SELECT pg_cancel_backend($1)";
    cluster.session().await.query(sql, &[&session.process_id()]).await.unwrap();
}

/// Fails if a future takes too long.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(DEADLINE, future).await {
        Ok(value) => value,
        Err(_) => panic!("not within {DEADLINE:?}: {what}"),
    }
}

/// The directory with `initdb`.
fn bin() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let mut directories: Vec<PathBuf> = env::split_paths(&path).collect();
    if let Ok(versions) = fs::read_dir("/usr/lib/postgresql") {
        let versions = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
        let mut versions: Vec<_> = versions.collect();
        versions.sort();
        directories.splice(0..0, versions.into_iter().rev());
    }
    directories.into_iter().find(|directory| directory.join("initdb").exists())
}

/// The user and the group that PostgreSQL runs as, if this process is root.
fn user() -> Result<Option<(u32, u32)>, String> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").map_err(|error| error.to_string())?;
    let find = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2).filter_map(|id| id.parse().ok());
        Some((ids.next()?, ids.next()?))
    };
    find("postgres")
        .or_else(|| find("nobody"))
        .map(Some)
        .ok_or("there is no user `postgres`".into())
}

/// Who may log in, and how.
const ACCESS: &str = "
local   all all trust
host    all pass_user  127.0.0.1/32 password
host    all md5_user   127.0.0.1/32 md5
host    all scram_user 127.0.0.1/32 scram-sha-256
hostssl all ssl_user   127.0.0.1/32 scram-sha-256
host    all ssl_user   127.0.0.1/32 reject
host    all all        127.0.0.1/32 trust
";

const ROLES: &str = "
SET password_encryption = 'md5';
CREATE ROLE md5_user PASSWORD 'password' LOGIN;
SET password_encryption = 'scram-sha-256';
CREATE ROLE pass_user PASSWORD 'password' LOGIN;
CREATE ROLE scram_user PASSWORD 'password' LOGIN;
CREATE ROLE ssl_user PASSWORD 'password' LOGIN;
";

impl Cluster {
    /// Starts a cluster. `settings` are lines of its configuration.
    pub(crate) fn start(settings: &str) -> Result<Self, String> {
        let bin = bin().ok_or("PostgreSQL is not installed (apt-get install postgresql)")?;
        let user = user()?;
        let directory = tempfile::Builder::new().prefix("postgres-actor").tempdir();
        let directory = directory.map_err(|error| error.to_string())?.keep();
        let mut cluster = Self { port: 0, certificate: String::new(), directory, user, bin };
        cluster.own(&cluster.directory, 0o700);
        let data = cluster.data();
        cluster.run(
            Command::new(cluster.bin.join("initdb"))
                .args([
                    "-U",
                    "postgres",
                    "--auth=trust",
                    "--no-sync",
                    "--encoding=UTF8",
                    "--locale=C",
                    "-D",
                ])
                .arg(&data),
        )?;
        cluster.write("pg_hba.conf", ACCESS);
        cluster.certify();
        cluster.write("extra.conf", &format!(
            "listen_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\nfsync = off\n\
             max_connections = 300\nssl = on\nlog_disconnections = on\nlogging_collector = off\n{settings}\n",
            cluster.directory.display(),
        ));
        let mut conf =
            fs::OpenOptions::new().append(true).open(data.join("postgresql.conf")).unwrap();
        writeln!(conf, "include 'extra.conf'").unwrap();
        cluster.launch()?;
        Ok(cluster)
    }

    fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    fn own(&self, path: &Path, mode: u32) {
        if let Some((user, group)) = self.user {
            chown(path, Some(user), Some(group)).unwrap();
        }
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.data().join(name);
        fs::write(&path, text).unwrap();
        self.own(&path, 0o600);
    }

    fn certify(&mut self) {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let certified = rcgen::generate_simple_self_signed(names).unwrap();
        self.certificate = certified.cert.pem();
        self.write("server.crt", &self.certificate.clone());
        self.write("server.key", &certified.signing_key.serialize_pem());
    }

    /// A command as the user of the cluster.
    pub(crate) fn command(&self, command: &mut Command) {
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command.current_dir(&self.directory);
    }

    fn run(&self, command: &mut Command) -> Result<(), String> {
        self.command(command);
        let output = command.output().map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stderr);
        if output.status.success() { Ok(()) } else { Err(format!("{command:?}: {text}")) }
    }

    /// Starts the server on a free port.
    fn launch(&mut self) -> Result<(), String> {
        for _ in 0..10 {
            let free = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
            self.port = free.local_addr().map_err(|error| error.to_string())?.port();
            drop(free);
            if self.run_server() {
                self.set_up();
                return Ok(());
            }
        }
        Err(format!("the server did not start: {}", self.log()))
    }

    /// Runs the server under a shell that stops it when this process ends.
    pub(crate) fn run_server(&self) -> bool {
        let script = "\"$1/postgres\" -D \"$2/data\" -p \"$3\" >>\"$2/log\" 2>&1 & server=$!; \
            read -r _; kill -QUIT $server 2>/dev/null; wait $server; rm -rf \"$2\"";
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "sh"]).arg(&self.bin).arg(&self.directory);
        shell.arg(self.port.to_string()).stdin(Stdio::piped()).stdout(Stdio::null());
        self.command(shell.stderr(Stdio::null()));
        // Never waited for: it outlives this process by a moment.
        std::mem::forget(shell.process_group(0).spawn().expect("sh"));
        self.is_up()
    }

    /// Stops the server as if the machine had lost power.
    pub(crate) fn kill(&self) {
        let status = self.data().join("postmaster.pid");
        let text = fs::read_to_string(&status).expect("the server runs");
        let pid =
            text.lines().next().and_then(|line| line.trim().parse().ok()).expect("a process id");
        let pid = rustix::process::Pid::from_raw(pid).expect("not zero");
        rustix::process::kill_process(pid, rustix::process::Signal::QUIT).expect("it runs");
        let begun = Instant::now();
        while status.exists() {
            assert!(begun.elapsed() < DEADLINE, "the server does not stop");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn is_up(&self) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < DEADLINE {
            let status = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
            if status.lines().any(|line| line.trim() == "ready") {
                return true;
            }
            if self.log().contains("could not bind") {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }

    fn set_up(&self) {
        let config = self.config();
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let session = config.connect().await.unwrap();
                session.simple_query(ROLES).await.unwrap();
                session.close().await;
            });
        })
        .join()
        .unwrap();
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }

    pub(crate) fn config(&self) -> Config {
        Config::new("127.0.0.1", self.port, "postgres")
            .database("postgres")
            .connect_timeout(DEADLINE)
    }

    pub(crate) async fn session(&self) -> Session {
        soon("connect", self.config().connect()).await.unwrap()
    }
}
