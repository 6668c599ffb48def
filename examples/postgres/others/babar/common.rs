//! In the place of a container with a server: a database of its own on the server that `others.sh` has started.

#![allow(dead_code)]

use std::{
    env,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use babar::Config;

#[derive(Clone, Copy)]
pub enum AuthMode {
    Cleartext,
    Md5,
    Scram,
    Trust,
}

pub struct PgContainer {
    user: &'static str,
    port: u16,
    database: String,
}

impl PgContainer {
    pub async fn start(auth: AuthMode) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Relaxed);
        let database = format!("test_{}_{number}", std::process::id());
        let url = env::var("DATABASE_URL").expect("`others.sh` sets it");
        let config: ours::Config = url.parse().expect("a URL");
        let session = config.connect().await.expect("a server");
        let user = match auth {
            AuthMode::Cleartext => "pass_user",
            AuthMode::Md5 => "md5_user",
            AuthMode::Scram | AuthMode::Trust => "scram_user",
        };
        let sql = format!("CREATE DATABASE {database} OWNER {user} TEMPLATE template0");
        session.simple_query(&sql).await.expect("a database");
        session.close().await;
        let port = config.target().rsplit(':').next().and_then(|port| port.parse().ok());
        Self { user, port: port.expect("a port"), database }
    }

    pub fn config(&self, user: &str, password: &str) -> Config {
        Config::new("127.0.0.1", self.port, user, &self.database).password(password)
    }

    pub fn user(&self) -> &str {
        self.user
    }

    pub fn password(&self) -> &str {
        "password"
    }
}
