//! PgBouncer 1.18 in transaction mode, which gives each transaction another server and knows no prepared statements.

use std::{
    env, fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use postgres_actor::{Config, StatementMode};
use tokio::task::JoinSet;

use crate::support::{Cluster, cluster, soon, until};

struct PgBouncer {
    child: Child,
    port: u16,
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts PgBouncer, or returns `None` if it is not installed. With `NO_SKIP`, that fails the test.
fn start(cluster: &Cluster) -> Option<PgBouncer> {
    let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"];
    let Some(program) = program.into_iter().find(|program| fs::exists(program).unwrap_or(false))
    else {
        assert!(env::var_os("NO_SKIP").is_none(), "PgBouncer is not installed");
        eprintln!("skipped: PgBouncer is not installed (apt-get install pgbouncer)");
        return None;
    };
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (file, users) =
        (cluster.directory.join("pgbouncer.ini"), cluster.directory.join("users.txt"));
    fs::write(&users, "\"postgres\" \"\"\n").unwrap();
    let server = cluster.port;
    let settings = format!(
        "[databases]\npostgres = host=127.0.0.1 port={server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
         listen_port = {port}\nauth_type = any\nauth_file = {}\npool_mode = transaction\ndefault_pool_size = 4\n\
         unix_socket_dir =\nmax_client_conn = 200\n",
        users.display()
    );
    fs::write(
        &file,
        settings
            .replace("[databases]\npostgres = host", "[databases]\npostgres = user=postgres host"),
    )
    .unwrap();
    for path in [&file, &users] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    }
    let mut command = Command::new(program);
    command.arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
    cluster.command(&mut command);
    Some(PgBouncer { child: command.spawn().unwrap(), port })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_callers_without_an_error() {
    let cluster = cluster!();
    let Some(bouncer) = start(cluster) else { return };
    let config = Config::new("127.0.0.1", bouncer.port, "postgres").database("postgres");
    let config = config.statements(StatementMode::Unnamed { cache: 16 });
    until("it listens", async || config.connect().await.is_ok()).await;
    let mut sessions = Vec::new();
    for _ in 0..16 {
        sessions.push(Arc::new(config.connect().await.unwrap()));
    }
    let callers: JoinSet<()> = (0..64_i32)
        .map(|caller| {
            let session = sessions[usize::try_from(caller).unwrap() % sessions.len()].clone();
            async move {
                let statement = session.prepare("SELECT $1::int4 + 1").await.unwrap();
                for round in 0..20 {
                    let number = caller * 100 + round;
                    let row = session.query_one("SELECT $1::int4", &[&number]).await.unwrap();
                    assert_eq!(row.get::<i32>(0), number);
                    let row = session.query_one(&statement, &[&number]).await.unwrap();
                    assert_eq!(row.get::<i32>(0), number + 1);
                    if round % 5 == 0 {
                        let transaction = session.transaction().await.unwrap();
                        transaction.query("SELECT $1::text", &[&"in it"]).await.unwrap();
                        transaction.commit().await.unwrap();
                    }
                }
            }
        })
        .collect();
    soon("all callers", callers.join_all()).await;
}
