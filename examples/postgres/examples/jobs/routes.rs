//! What is served.

use std::convert::Infallible;

use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{
        Html, IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::{get, post},
};
use futures_util::stream;
use postgres_actor::Error;

use crate::{
    board::Board,
    feed::{Change, FeedHandle},
};

#[derive(Clone)]
struct Services {
    board: Board,
    feed: FeedHandle,
}

pub(crate) fn routes(board: Board, feed: FeedHandle) -> Router {
    Router::new()
        .route("/", get(async || Html(include_str!("page.html"))))
        .route("/jobs", get(list).post(post_job))
        .route("/jobs/{id}/take", post(take))
        .route("/events", get(events))
        .with_state(Services { board, feed })
}

/// An error as a response: the server is busy, or something is wrong.
struct Failed(Error);

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        // 23514: a job has no title.
        let status = match (&self.0, self.0.code()) {
            (_, Some("23514")) => StatusCode::UNPROCESSABLE_ENTITY,
            (Error::Busy(_) | Error::Closed { .. }, _) => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, self.0.to_string()).into_response()
    }
}

async fn list(State(services): State<Services>) -> Result<Response, Failed> {
    Ok(([(CONTENT_TYPE, "application/json")], services.board.list().await?).into_response())
}

/// The body is the title.
async fn post_job(State(services): State<Services>, title: String) -> Result<Response, Failed> {
    let id = services.board.post(title.trim()).await?;
    Ok((StatusCode::CREATED, id.to_string()).into_response())
}

/// The body is the name of the taker.
async fn take(
    State(services): State<Services>,
    Path(id): Path<i64>,
    by: String,
) -> Result<StatusCode, Failed> {
    let is_taken = services.board.take(id, by.trim()).await?;
    Ok(if is_taken { StatusCode::OK } else { StatusCode::CONFLICT })
}

async fn events(State(services): State<Services>) -> Response {
    let Ok(changes) = services.feed.changes().buffer(256).sent().await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let events = stream::unfold(changes, async |mut changes| {
        let event = match changes.next().await?.ok()? {
            Change::Job(job) => Event::default().event("job").data(job),
            // Browsers ignore an event without data.
            Change::Reload => Event::default().event("reload").data("all"),
        };
        Some((Ok::<_, Infallible>(event), changes))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}
