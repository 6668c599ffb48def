//! A web server whose state is an actor: a cache that loads each key once, however many clients ask for it.
//!
//! Run with `cargo run -p web-cache`, then `curl localhost:3000/pages/actors`. Ctrl-C stops it: the server
//! first, then the cache.

use std::{collections::HashMap, sync::Arc, time::Duration};

use actor_runtime::{ActorHandle, Reply, actor, spawn};
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing,
};
use tokio::{
    net::TcpListener,
    task::{JoinError, JoinSet},
};

/// Caches pages.
#[derive(Debug, Default)]
pub struct Cache {
    pages: HashMap<String, Arc<str>>,
    /// The callers that wait for a page that is being loaded.
    waiting: HashMap<String, Vec<Reply<Arc<str>>>>,
    loads: JoinSet<(String, Arc<str>)>,
    /// The number of pages that were loaded.
    loaded: usize,
}

#[actor(busy_if = !self.loads.is_empty())]
impl Cache {
    /// Returns a page, which is loaded unless it was before.
    pub fn page(&mut self, name: String, reply: Reply<Arc<str>>) {
        if let Some(page) = self.pages.get(&name) {
            return reply.send(Arc::clone(page));
        }
        let waiting = self.waiting.entry(name.clone()).or_default();
        if waiting.is_empty() {
            self.loads.spawn(load(name));
        }
        waiting.push(reply);
    }

    /// Returns the number of pages that were loaded.
    pub fn loaded(&self) -> usize {
        self.loaded
    }

    #[on(self.loads.join_next(), if !self.loads.is_empty())]
    fn finished(&mut self, load: Result<(String, Arc<str>), JoinError>) {
        // After a panic, the callers get an error when their replies are dropped.
        let Ok((name, page)) = load else { return self.waiting.clear() };
        self.loaded += 1;
        for reply in self.waiting.remove(&name).unwrap_or_default() {
            reply.send(Arc::clone(&page));
        }
        self.pages.insert(name, page);
    }
}

/// A query that takes a while.
async fn load(name: String) -> (String, Arc<str>) {
    tokio::time::sleep(Duration::from_millis(50)).await;
    let page = format!("all about {name}\n").into();
    (name, page)
}

/// A client that disconnects drops this future, and with it the call.
async fn page(
    State(cache): State<CacheHandle>,
    Path(name): Path<String>,
) -> Result<String, StatusCode> {
    let page = cache.page(name).timeout(Duration::from_secs(1)).await;
    page.map(|page| page.to_string()).map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
}

/// A handle is `Clone`, `Send` and `Sync`, as the state of a router has to be.
fn router(cache: CacheHandle) -> Router {
    Router::new().route("/pages/{name}", routing::get(page)).with_state(cache)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cache = spawn(Cache::default());
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("listening on {}", listener.local_addr()?);
    // Requests that have begun are answered before the cache is shut down.
    axum::serve(listener, router(cache.clone()))
        .with_graceful_shutdown(async { drop(tokio::signal::ctrl_c().await) })
        .await?;
    println!("the cache has ended: {}", cache.shutdown().await);
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        http::{Request, Response},
    };
    use tower::ServiceExt;

    use super::*;

    fn get(router: &Router, uri: &str) -> impl Future<Output = Response<Body>> + use<> {
        let request = Request::get(uri).body(Body::empty()).unwrap();
        let answered = router.clone().oneshot(request);
        async { answered.await.unwrap() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_is_loaded_once_for_all_clients() {
        let cache = spawn(Cache::default());
        let router = router(cache.clone());
        let mut clients = JoinSet::new();
        for number in 0..100 {
            clients.spawn(get(&router, &format!("/pages/{}", number % 2)));
        }
        for response in clients.join_all().await {
            assert_eq!(response.status(), StatusCode::OK);
            let body = to_bytes(response.into_body(), 100).await.unwrap();
            assert!(body.starts_with(b"all about "), "{body:?}");
        }
        assert_eq!(cache.loaded().await, Ok(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_disconnects_disturbs_no_other() {
        let cache = spawn(Cache::default());
        let router = router(cache.clone());
        let gone = tokio::time::timeout(Duration::from_millis(10), get(&router, "/pages/x")).await;
        assert!(gone.is_err(), "it is still being loaded");
        assert_eq!(get(&router, "/pages/x").await.status(), StatusCode::OK);
        assert_eq!(cache.loaded().await, Ok(1));
    }

    #[tokio::test]
    async fn after_the_end_of_the_cache_clients_get_an_error() {
        let cache = spawn(Cache::default());
        let router = router(cache.clone());
        cache.shutdown().await;
        assert_eq!(get(&router, "/pages/x").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
