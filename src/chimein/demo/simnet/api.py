"""The platform API that a brand's software talks to."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import feeds
from .accounts import need_account
from .clock import now_ms
from .errors import ApiError
from .fields import maybe_text, need_text, refuse
from .gate import Call, Handler, Reply, faults_of, json_error, network_of, platform, strike
from .messages import message_by_key, send_message
from .network import Network
from .oauth import TOKEN_SECONDS, fresh_budget, issue_token
from .posts import NewPost, create_post, delete_post, edit_post, post_by_key, standing_post
from .shapes import Json

MAX_KEY = 200


async def token(request: Request) -> Response:
    """POST /oauth/token."""
    network = network_of(request)
    faults = await run_in_threadpool(faults_of, network)
    try:
        await strike(faults)
        async with request.form(max_fields=10) as form:
            values = {name: value for name, value in form.items() if isinstance(value, str)}
        response: Response = await run_in_threadpool(_grant, network, values)
    except ApiError as error:
        response = json_error(error)
    response.headers.update(fresh_budget(faults, "reads", now_ms()).headers())
    return response


def _grant(network: Network, values: dict[str, str]) -> Response:
    if values.get("grant_type") != "client_credentials":
        raise ApiError(400, "unsupported_grant_type", "Only client_credentials is known here.")
    client_id, client_secret = values.get("client_id", ""), values.get("client_secret", "")
    with network.store.write() as db:
        access = issue_token(db, client_id=client_id, client_secret=client_secret, now=now_ms())
    body = {"access_token": access, "token_type": "bearer", "expires_in": TOKEN_SECONDS}
    return JSONResponse(body, headers={"cache-control": "no-store"})


def me(call: Call) -> Reply:
    """GET /api/me: the brand's own account."""
    with call.network.store.read() as db:
        return Reply(call.network.shapes.account(need_account(db, call.brand_id)))


def account(call: Call) -> Reply:
    """GET /api/accounts/{id_or_handle}."""
    with call.network.store.read() as db:
        return Reply(call.network.shapes.account(need_account(db, call.path("who"))))


def mentions(call: Call) -> Reply:
    """GET /api/mentions."""
    window = feeds.read_window("m", call.query("cursor"), call.query("limit"))
    with call.network.store.read() as db:
        rows = feeds.mention_rows(db, call.brand_id, window)
        return Reply(feeds.page("m", rows, window, call.network.shapes.post, feeds.newest(db)))


def search(call: Call) -> Reply:
    """GET /api/search."""
    words = feeds.search_words(call.request.query_params.getlist("q"))
    window = feeds.read_window("s", call.query("cursor"), call.query("limit"))
    with call.network.store.read() as db:
        rows = feeds.search_rows(db, words, window)
        return Reply(feeds.page("s", rows, window, call.network.shapes.post, feeds.newest(db)))


def messages(call: Call) -> Reply:
    """GET /api/messages, and the look-up by idempotency key."""
    shapes = call.network.shapes
    with call.network.store.read() as db:
        if "idempotency_key" in call.request.query_params:
            found = message_by_key(db, call.brand_id, call.query("idempotency_key"))
            return Reply({"data": [] if found is None else [shapes.message(db, found)]})
        window = feeds.read_window("d", call.query("cursor"), call.query("limit"))
        rows = feeds.message_rows(db, call.brand_id, window)
        return Reply(feeds.page("d", rows, window, lambda row: shapes.message(db, row), feeds.newest(db)))


def post(call: Call) -> Reply:
    """GET /api/posts/{id}."""
    with call.network.store.read() as db:
        return Reply(call.network.shapes.post(standing_post(db, call.path("post_id"))))


def thread(call: Call) -> Reply:
    """GET /api/posts/{id}/thread: the whole conversation the post lies in, tombstones included."""
    with call.network.store.read() as db:
        root = db.execute("SELECT root_id FROM posts WHERE id = ?", (call.path("post_id"),)).fetchone()
        if root is None:
            raise ApiError(404, "not_found", "There is no such post.")
        return Reply(
            {"data": [call.network.shapes.post(row) for row in feeds.thread_rows(db, root["root_id"])]}
        )


def posts_by_key(call: Call) -> Reply:
    """GET /api/posts?idempotency_key=K: the post made under a key, to learn what became of a lost request."""
    key = call.query("idempotency_key")
    if not key:
        raise ApiError(400, "bad_request", "'idempotency_key' is needed.")
    with call.network.store.read() as db:
        found = post_by_key(db, call.brand_id, key)
        return Reply({"data": [] if found is None else [call.network.shapes.post(found)]})


def idempotency_key(call: Call) -> str | None:
    """The header, or None. Raises ApiError 400 when it is unfit."""
    key = call.request.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= MAX_KEY:
        raise ApiError(400, "bad_request", f"An Idempotency-Key has 1 to {MAX_KEY} characters.")
    return key


def created(body: Json, new: bool) -> Reply:
    """201 for something new, 200 with a header for a repetition."""
    return Reply(body, 201) if new else Reply(body, 200, {"Idempotent-Replayed": "true"})


def write_post(call: Call) -> Reply:
    """POST /api/posts."""
    text = maybe_text(call.body, "text") or ""
    new = NewPost(text, maybe_text(call.body, "reply_to"), key=idempotency_key(call))
    with call.network.write() as db:
        author = need_account(db, call.brand_id)
        row, is_new = create_post(db, call.network.shapes, author=author, new=new, now=call.now)
    return created(call.network.shapes.post(row), is_new)


def write_message(call: Call) -> Reply:
    """POST /api/messages."""
    key = idempotency_key(call)
    text = maybe_text(call.body, "text") or ""
    shapes = call.network.shapes
    with call.network.write() as db:
        sender, to = need_account(db, call.brand_id), need_account(db, need_text(call.body, "to"))
        row, is_new = send_message(db, shapes, sender=sender, to=to, text=text, now=call.now, key=key)
        return created(shapes.message(db, row), is_new)


def change_post(call: Call) -> Reply:
    """PATCH /api/posts/{id}."""
    text = maybe_text(call.body, "text") or ""
    with call.network.write() as db:
        author = need_account(db, call.brand_id)
        row = edit_post(
            db, call.network.shapes, author=author, post_id=call.path("post_id"), text=text, now=call.now
        )
    return Reply(call.network.shapes.post(row))


def remove_post(call: Call) -> Reply:
    """DELETE /api/posts/{id}: answers with the tombstone."""
    with call.network.write() as db:
        author = need_account(db, call.brand_id)
        row = delete_post(db, call.network.shapes, author=author, post_id=call.path("post_id"), now=call.now)
    return Reply(call.network.shapes.post(row))


def webhook(call: Call) -> Reply:
    """GET /api/webhook: where events go; the secret is not shown."""
    app = call.caller
    if app["webhook_url"] is None:
        raise ApiError(404, "not_found", "No webhook is set.")
    return Reply({"url": app["webhook_url"]})


def put_webhook(call: Call) -> Reply:
    """PUT /api/webhook."""
    url, secret = need_text(call.body, "url"), need_text(call.body, "secret")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise refuse("url", "an http or https address")
    _set_webhook(call, url, secret)
    return Reply({"url": url})


def remove_webhook(call: Call) -> Reply:
    """DELETE /api/webhook."""
    _set_webhook(call, None, None)
    return Reply({"url": None})


def _set_webhook(call: Call, url: str | None, secret: str | None) -> None:
    with call.network.write() as db:
        db.execute(
            "UPDATE apps SET webhook_url = ?, webhook_secret = ? WHERE client_id = ?",
            (url, secret, call.caller["client_id"]),
        )


def _route(method: str, path: str, handler: Handler, kind: str = "reads") -> Route:
    return Route(path, platform(handler, kind), methods=[method])


ROUTES = [
    Route("/oauth/token", token, methods=["POST"]),
    _route("GET", "/api/me", me),
    _route("GET", "/api/accounts/{who}", account),
    _route("GET", "/api/mentions", mentions),
    _route("GET", "/api/search", search),
    _route("GET", "/api/messages", messages),
    _route("POST", "/api/messages", write_message, "posts"),
    _route("GET", "/api/posts", posts_by_key),
    _route("POST", "/api/posts", write_post, "posts"),
    _route("GET", "/api/posts/{post_id}", post),
    _route("PATCH", "/api/posts/{post_id}", change_post, "posts"),
    _route("DELETE", "/api/posts/{post_id}", remove_post, "posts"),
    _route("GET", "/api/posts/{post_id}/thread", thread),
    _route("GET", "/api/webhook", webhook),
    _route("PUT", "/api/webhook", put_webhook),
    _route("DELETE", "/api/webhook", remove_webhook),
]
