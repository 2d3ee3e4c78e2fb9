//! `/healthz`, `/readyz` and `/metrics` over HTTP.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use tokio::net::TcpListener;

use super::{Board, metrics};

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Listens from now on, for as long as the runtime runs; says where.
pub async fn start(address: SocketAddr, board: Arc<Board>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address).await?;
    let at = listener.local_addr()?;
    let routes = Router::new()
        .route("/healthz", get(health))
        .route("/readyz", get(ready))
        .route("/metrics", get(told))
        .with_state(board);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(at)
}

async fn health(State(board): State<Arc<Board>>) -> Response {
    match board.alive() {
        Ok(()) => (StatusCode::OK, "the loop comes round\n".to_owned()).into_response(),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")).into_response(),
    }
}

async fn ready(State(board): State<Arc<Board>>) -> Response {
    let reasons = board.reasons();
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = format!("{}\n", json!({ "ready": reasons.is_empty(), "reasons": reasons }));
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

async fn told(State(board): State<Arc<Board>>) -> Response {
    match metrics::text(&board) {
        Ok(text) => (StatusCode::OK, [(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
