"""The persona API: scripts speak here as any account. Guarded by the control key; no limits, no faults."""

from __future__ import annotations

from starlette.routing import Route

from . import feeds
from .accounts import block, follow, need_account, put_account, unblock, unfollow
from .api import created, idempotency_key
from .errors import ApiError
from .fields import Body, maybe_text, maybe_time, need_text, rows_of
from .gate import Call, Handler, Reply, keyed
from .messages import send_message
from .oauth import put_app
from .posts import NewPost, create_post, delete_post, edit_post
from .shapes import Json
from .store import Db, Row

CHECK_LIMIT = 1000


def accounts(call: Call) -> Reply:
    """POST /persona/accounts: make an account or change the named fields of it."""
    with call.network.write() as db:
        row, new = put_account(db, call.body, now=call.now)
        return Reply(call.network.shapes.account(row), 201 if new else 200)


def apps(call: Call) -> Reply:
    """POST /persona/apps: an app for a brand; the account becomes a brand if it wasn't one."""
    client_id, secret = need_text(call.body, "client_id"), need_text(call.body, "client_secret")
    with call.network.write() as db:
        owner = need_account(db, need_text(call.body, "handle"))
        put_account(db, {"handle": owner["handle"], "kind": "brand"}, now=call.now)
        put_app(db, client_id=client_id, client_secret=secret, account=owner)
    return Reply({"client_id": client_id, "handle": owner["handle"]}, 201)


def write_post(call: Call) -> Reply:
    """POST /persona/{handle}/posts; takes an Idempotency-Key like the platform API."""
    new = _new_post(call.body, maybe_text(call.body, "reply_to"), idempotency_key(call))
    with call.network.write() as db:
        row, is_new = create_post(db, call.network.shapes, author=_speaker(db, call), new=new, now=call.now)
    return created(call.network.shapes.post(row), is_new)


def change_post(call: Call) -> Reply:
    """PATCH /persona/{handle}/posts/{id}."""
    text, post_id = maybe_text(call.body, "text") or "", call.path("post_id")
    with call.network.write() as db:
        author = _speaker(db, call)
        row = edit_post(db, call.network.shapes, author=author, post_id=post_id, text=text, now=call.now)
    return Reply(call.network.shapes.post(row))


def remove_post(call: Call) -> Reply:
    """DELETE /persona/{handle}/posts/{id}."""
    with call.network.write() as db:
        author = _speaker(db, call)
        row = delete_post(db, call.network.shapes, author=author, post_id=call.path("post_id"), now=call.now)
    return Reply(call.network.shapes.post(row))


def write_message(call: Call) -> Reply:
    """POST /persona/{handle}/messages."""
    text, key, shapes = maybe_text(call.body, "text") or "", idempotency_key(call), call.network.shapes
    with call.network.write() as db:
        to = need_account(db, need_text(call.body, "to"))
        row, is_new = send_message(
            db, shapes, sender=_speaker(db, call), to=to, text=text, now=call.now, key=key
        )
        return created(shapes.message(db, row), is_new)


def put_follow(call: Call) -> Reply:
    """POST /persona/{handle}/follow/{other}."""
    with call.network.write() as db:
        follow(db, call.network.shapes, follower=_speaker(db, call), account=_other(db, call), now=call.now)
    return Reply({"following": True})


def remove_follow(call: Call) -> Reply:
    """DELETE /persona/{handle}/follow/{other}."""
    with call.network.write() as db:
        unfollow(db, follower=_speaker(db, call), account=_other(db, call))
    return Reply({"following": False})


def put_block(call: Call) -> Reply:
    """POST /persona/{handle}/block/{other}."""
    with call.network.write() as db:
        block(db, blocker=_speaker(db, call), account=_other(db, call))
    return Reply({"blocking": True})


def remove_block(call: Call) -> Reply:
    """DELETE /persona/{handle}/block/{other}."""
    with call.network.write() as db:
        unblock(db, blocker=_speaker(db, call), account=_other(db, call))
    return Reply({"blocking": False})


def bulk(call: Call) -> Reply:
    """POST /persona/bulk: many accounts and posts at once, all or nothing, without webhooks.

    A post's `reply_to` may be the `ref` of an earlier one of the list, or an id. Answers the ids by ref.
    """
    accounts_given, posts_given = rows_of(call.body, "accounts"), rows_of(call.body, "posts")
    refs: dict[str, str] = {}
    ids: list[str] = []
    with call.network.write() as db:
        for given in accounts_given:
            put_account(db, given, now=call.now)
        for place, given in enumerate(posts_given):
            ids.append(_bulk_post(db, call, given, place, refs))
    return Reply({"accounts": len(accounts_given), "posts": len(ids), "ids": ids, "refs": refs}, 201)


def _bulk_post(db: Db, call: Call, given: Body, place: int, refs: dict[str, str]) -> str:
    try:
        target = maybe_text(given, "reply_to")
        new = _new_post(given, refs.get(target, target) if target else None, None)
        author = need_account(db, need_text(given, "author"))
        row, _ = create_post(db, call.network.shapes, author=author, new=new, now=call.now, silent=True)
        ref = maybe_text(given, "ref")
    except ApiError as error:
        error.extra["index"] = place
        raise
    if ref:
        refs[ref] = row["id"]
    return str(row["id"])


def all_posts(call: Call) -> Reply:
    """GET /persona/posts?since=: every post by order of change, with its `seq`, or its tombstone."""
    window = feeds.read_window("a", call.query("since"), call.query("limit"), ceiling=CHECK_LIMIT)
    shapes = call.network.shapes
    with call.network.store.read() as db:
        rows = feeds.all_rows(db, window)
        return Reply(
            feeds.page("a", rows, window, lambda row: _with_key(shapes.post(row), row), feeds.newest(db))
        )


def all_messages(call: Call) -> Reply:
    """GET /persona/messages?since=: every direct message."""
    window = feeds.read_window("b", call.query("since"), call.query("limit"), ceiling=CHECK_LIMIT)
    shapes = call.network.shapes
    with call.network.store.read() as db:
        rows = feeds.all_message_rows(db, window)
        data = feeds.page(
            "b", rows, window, lambda row: _with_key(shapes.message(db, row), row), feeds.newest(db)
        )
        return Reply(data)


def _with_key(shape: Json, row: Row) -> Json:
    return shape | {"seq": row["seq"], "idempotency_key": row["idempotency_key"]}


def _new_post(body: Body, reply_to: str | None, key: str | None) -> NewPost:
    return NewPost(maybe_text(body, "text") or "", reply_to, maybe_time(body, "created_at"), key)


def _speaker(db: Db, call: Call) -> Row:
    return need_account(db, call.path("handle"))


def _other(db: Db, call: Call) -> Row:
    return need_account(db, call.path("other"))


def _route(method: str, path: str, handler: Handler) -> Route:
    return Route(path, keyed(handler), methods=[method])


ROUTES = [
    _route("POST", "/persona/accounts", accounts),
    _route("POST", "/persona/apps", apps),
    _route("POST", "/persona/bulk", bulk),
    _route("GET", "/persona/posts", all_posts),
    _route("GET", "/persona/messages", all_messages),
    _route("POST", "/persona/{handle}/posts", write_post),
    _route("PATCH", "/persona/{handle}/posts/{post_id}", change_post),
    _route("DELETE", "/persona/{handle}/posts/{post_id}", remove_post),
    _route("POST", "/persona/{handle}/messages", write_message),
    _route("POST", "/persona/{handle}/follow/{other}", put_follow),
    _route("DELETE", "/persona/{handle}/follow/{other}", remove_follow),
    _route("POST", "/persona/{handle}/block/{other}", put_block),
    _route("DELETE", "/persona/{handle}/block/{other}", remove_block),
]
