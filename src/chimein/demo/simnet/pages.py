"""The pages people see, and the forms on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from . import browse
from .accounts import (
    block,
    blocks,
    find_account_by_handle,
    follow,
    follows,
    need_account,
    put_account,
    unblock,
    unfollow,
)
from .clock import now_ms
from .errors import ApiError
from .gate import network_of
from .messages import conversation, inbox, send_message
from .posts import NewPost, create_post, delete_post, edit_post, own_post, standing_post
from .render import View, portrait, show
from .shapes import find_post
from .store import Db, Row, last_seq
from .texts import TEXTS
from .visitors import ME, check_origin, cookie_path, set_cookie

MENDABLE = {"too_long", "empty"}

Form = Mapping[str, str]
Page = Callable[[View, Db], Response]
Action = Callable[[View, Db, Form], Response]


def page(make: Page) -> Callable[[Request], Any]:
    """An endpoint that shows a page; a script that knows the last change number may get 204: nothing new."""

    def answer(request: Request) -> Response:
        with network_of(request).store.read() as db:
            if request.headers.get("x-warble-since") == str(last_seq(db)):
                return Response(status_code=204)
            view = View(request, db)
            try:
                return make(view, db)
            except ApiError as error:
                return show(view, "lost.html", error.status)

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(answer, request)

    return endpoint


def action(act: Action) -> Callable[[Request], Any]:
    """An endpoint that takes a form of ours; a refusal is shown in words with what was typed."""

    def answer(request: Request, form: Form) -> Response:
        network = network_of(request)
        try:
            check_origin(request)
            with network.write() as db:
                return act(View(request, db), db, form)
        except ApiError as error:
            with network.store.read() as db:
                view = View(request, db)
                typed = form.get("text", "") if error.code in MENDABLE else ""
                values = {"typed": typed, "reply_to": form.get("reply_to", "")}
                return show(view, "refused.html", error.status, message=explain(view, error), **values)

    async def endpoint(request: Request) -> Response:
        async with request.form(max_fields=40) as raw:
            form = {name: value for name, value in raw.items() if isinstance(value, str)}
        return await run_in_threadpool(answer, request, form)

    return endpoint


def explain(view: View, error: ApiError) -> str:
    """The refusal in the visitor's language."""
    name = f"error_{error.code}"
    return view.t(name, **error.extra) if name in TEXTS else view.t("not_found_text")


def go(address: str) -> Response:
    """Back to a page after a form."""
    return RedirectResponse(address, 303)


def me_of(view: View) -> Row:
    """Who acts. Raises ApiError 403 when nobody was chosen."""
    if view.me is None:
        raise ApiError(403, "not_allowed", "Choose who you are first.")
    return view.me


def _listed(view: View, db: Db, template: str, rows: list[Row], **values: object) -> Response:
    last = rows[browse.PAGE - 1] if len(rows) > browse.PAGE else None
    older = f"{last['created_at']}-{last['id']}" if last is not None else ""
    posts = rows[: browse.PAGE]
    return show(view, template, posts=posts, older=older, seq=last_seq(db), **values)


def _before(view: View) -> str:
    return view.request.query_params.get("before", "")


def home(view: View, db: Db) -> Response:
    """The newest posts of everybody."""
    return _listed(view, db, "home.html", browse.newest_posts(db, before=_before(view)), before=_before(view))


def profile(view: View, db: Db) -> Response:
    """An account with its posts or replies."""
    account = find_account_by_handle(db, view.request.path_params["handle"])
    if account is None:
        raise ApiError(404, "not_found", "No such account.")
    replies = view.request.query_params.get("tab") == "replies"
    rows = browse.posts_of(db, account["id"], only_replies=replies, before=_before(view))
    mine = view.me is not None and view.me["id"] == account["id"]
    known = view.me is not None and not mine
    values = {
        "account": account,
        "replies": replies,
        "mine": mine,
        "follows": known and follows(db, me_of(view)["id"], account["id"]),
        "blocks": known and blocks(db, me_of(view)["id"], account["id"]),
    }
    return _listed(view, db, "profile.html", rows, **values)


def post(view: View, db: Db) -> Response:
    """A post within its thread, with a box to reply."""
    row = find_post(db, view.request.path_params["post_id"])
    if row is None:
        raise ApiError(404, "not_found", "No such post.")
    values = {"leaves": browse.thread_leaves(db, row["root_id"]), "start": _names_to_keep(view, row)}
    return show(view, "post.html", 410 if row["deleted"] else 200, post=row, seq=last_seq(db), **values)


def _names_to_keep(view: View, row: Row) -> str:
    """How a reply begins: the names of those it concerns, so that they hear of it."""
    mine = "" if view.me is None else view.me["handle"]
    handles = dict.fromkeys([row["handle"], *json.loads(row["mentions"])])
    return "".join(f"@{handle} " for handle in handles if handle != mine)


def search(view: View, db: Db) -> Response:
    """Posts and people that hold a word."""
    word = view.request.query_params.get("q", "").strip()
    rows = browse.found_posts(db, word, before=_before(view)) if word else []
    people = browse.found_people(db, word) if word else []
    return _listed(view, db, "search.html", rows, word=word, people=people)


def write_post(view: View, db: Db, form: Form) -> Response:
    """A new post or reply."""
    new = NewPost(_lines(form.get("text", "")), form.get("reply_to") or None)
    row, _ = create_post(db, view.shapes, author=me_of(view), new=new, now=now_ms())
    if new.reply_to is None:
        return go(view.link("home"))
    return go(f"{view.link('post', post_id=new.reply_to)}#p{row['id']}")


def edit(view: View, db: Db) -> Response:
    """The form to change an own post."""
    return show(view, "edit.html", post=own_post(db, me_of(view), view.request.path_params["post_id"]))


def save_edit(view: View, db: Db, form: Form) -> Response:
    """The new text of an own post."""
    post_id, text = view.request.path_params["post_id"], _lines(form.get("text", ""))
    edit_post(db, view.shapes, author=me_of(view), post_id=post_id, text=text, now=now_ms())
    return go(view.link("post", post_id=post_id))


def ask_delete(view: View, db: Db) -> Response:
    """Are you sure?"""
    return show(view, "delete.html", post=standing_post(db, view.request.path_params["post_id"]))


def remove(view: View, db: Db, form: Form) -> Response:
    """Take an own post down."""
    row = delete_post(
        db, view.shapes, author=me_of(view), post_id=view.request.path_params["post_id"], now=now_ms()
    )
    if row["reply_to"]:
        return go(view.link("post", post_id=row["root_id"]))
    return go(view.profile(row["handle"]))


def relate(view: View, db: Db, form: Form) -> Response:
    """Follow, unfollow, block or unblock."""
    me, account = me_of(view), need_account(db, f"@{view.request.path_params['handle']}")
    wanted = form.get("do")
    if wanted == "follow":
        follow(db, view.shapes, follower=me, account=account, now=now_ms())
    elif wanted == "unfollow":
        unfollow(db, follower=me, account=account)
    elif wanted == "block":
        block(db, blocker=me, account=account)
    elif wanted == "unblock":
        unblock(db, blocker=me, account=account)
    return go(view.profile(account["handle"]))


def messages(view: View, db: Db) -> Response:
    """The inbox."""
    if view.me is None:
        return go(view.link("who"))
    rows = [(row, need_account(db, row["other_id"])) for row in inbox(db, view.me["id"])]
    return show(view, "inbox.html", rows=rows, seq=last_seq(db))


def chat(view: View, db: Db) -> Response:
    """One conversation."""
    if view.me is None:
        return go(view.link("who"))
    other = need_account(db, f"@{view.request.path_params['handle']}")
    rows = conversation(db, view.me["id"], other["id"])
    return show(view, "chat.html", other=other, rows=rows, seq=last_seq(db))


def write_message(view: View, db: Db, form: Form) -> Response:
    """A direct message."""
    to = need_account(db, f"@{view.request.path_params['handle']}")
    send_message(db, view.shapes, sender=me_of(view), to=to, text=_lines(form.get("text", "")), now=now_ms())
    return go(f"{view.link('chat', handle=to['handle'])}#end")


def who(view: View, db: Db) -> Response:
    """Choose an account or make a new one."""
    word = view.request.query_params.get("find", "").strip()
    return show(view, "who.html", people=browse.persons(db, word), word=word)


def become(view: View, db: Db, form: Form) -> Response:
    """Continue as somebody, new or known."""
    handle = form.get("handle", "").strip().removeprefix("@")
    known = find_account_by_handle(db, handle)
    if form.get("new"):
        if known is not None:
            return show(view, "who.html", 409, people=browse.persons(db, ""), word="", taken=handle)
        values = {"handle": handle, "name": form.get("name", "").strip()[:50] or handle}
        known, _ = put_account(db, values | {"bio": form.get("bio", "").strip()[:200]}, now=now_ms())
    if known is None or known["kind"] != "person":
        raise ApiError(403, "not_allowed", "Only people can be chosen.")
    response = go(view.link("home"))
    set_cookie(view.request, response, ME, known["id"])
    return response


def leave(view: View, db: Db, form: Form) -> Response:
    """Be nobody again."""
    response = go(view.link("home"))
    response.delete_cookie(ME, path=cookie_path(view.request))
    return response


def avatar(request: Request) -> Response:
    """The picture of an account."""
    with network_of(request).store.read() as db:
        row = db.execute(
            "SELECT * FROM accounts WHERE id = ?", (request.path_params["account_id"],)
        ).fetchone()
    if row is None:
        return Response(status_code=404)
    headers = {"Cache-Control": "public, max-age=3600", "Content-Security-Policy": "default-src 'none'"}
    return Response(portrait(row), media_type="image/svg+xml", headers=headers)


def _lines(text: str) -> str:
    """Browsers send line ends as CR LF."""
    return text.replace("\r\n", "\n").strip()


ROUTES = [
    Route("/", page(home), name="home"),
    Route("/post", action(write_post), methods=["POST"], name="write_post"),
    Route("/search", page(search), name="search"),
    Route("/messages", page(messages), name="messages"),
    Route("/messages/{handle}", page(chat), name="chat"),
    Route("/messages/{handle}", action(write_message), methods=["POST"], name="write_message"),
    Route("/who", page(who), name="who"),
    Route("/who", action(become), methods=["POST"], name="become"),
    Route("/leave", action(leave), methods=["POST"], name="leave"),
    Route("/avatar/{account_id}.svg", avatar, name="avatar"),
    Route("/p/{post_id}", page(post), name="post"),
    Route("/p/{post_id}/edit", page(edit), name="edit"),
    Route("/p/{post_id}/edit", action(save_edit), methods=["POST"], name="save_edit"),
    Route("/p/{post_id}/delete", page(ask_delete), name="ask_delete"),
    Route("/p/{post_id}/delete", action(remove), methods=["POST"], name="remove"),
    Route("/@{handle}", page(profile), name="profile"),
    Route("/@{handle}", action(relate), methods=["POST"], name="relate"),
]
