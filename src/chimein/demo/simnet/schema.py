"""The tables of the one SQLite file. Times are milliseconds since 1970; flags are 0 or 1."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO counters VALUES ('seq', 0), ('id', 0);

CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS accounts (
    id TEXT PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL,
    bio TEXT NOT NULL DEFAULT '',
    followers INTEGER NOT NULL DEFAULT 0,
    following INTEGER NOT NULL DEFAULT 0,
    verified INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'brand')),
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS posts (
    id TEXT PRIMARY KEY,
    seq INTEGER NOT NULL UNIQUE,
    author_id TEXT NOT NULL REFERENCES accounts,
    text TEXT NOT NULL,
    folded TEXT NOT NULL,
    mentions TEXT NOT NULL DEFAULT '[]',
    created_at INTEGER NOT NULL,
    edited_at INTEGER,
    revision INTEGER NOT NULL DEFAULT 1,
    reply_to TEXT REFERENCES posts,
    root_id TEXT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    idempotency_key TEXT,
    fingerprint TEXT
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS posts_key ON posts (author_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS posts_root ON posts (root_id, author_id);
CREATE INDEX IF NOT EXISTS posts_author ON posts (author_id, created_at);
CREATE INDEX IF NOT EXISTS posts_newest ON posts (created_at, id);
CREATE INDEX IF NOT EXISTS posts_replies ON posts (reply_to) WHERE reply_to IS NOT NULL;

CREATE TABLE IF NOT EXISTS revisions (
    post_id TEXT NOT NULL REFERENCES posts,
    revision INTEGER NOT NULL,
    text TEXT NOT NULL,
    folded TEXT NOT NULL,
    replaced_at INTEGER NOT NULL,
    PRIMARY KEY (post_id, revision)
) WITHOUT ROWID;

-- What each brand's mentions feed holds; pos comes from the counter 'seq' and grows with every change.
CREATE TABLE IF NOT EXISTS timeline (
    account_id TEXT NOT NULL REFERENCES accounts,
    post_id TEXT NOT NULL REFERENCES posts,
    pos INTEGER NOT NULL,
    PRIMARY KEY (account_id, post_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS timeline_pos ON timeline (account_id, pos);
CREATE INDEX IF NOT EXISTS timeline_post ON timeline (post_id);

CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY,
    seq INTEGER NOT NULL UNIQUE,
    conversation_id TEXT NOT NULL,
    from_id TEXT NOT NULL REFERENCES accounts,
    to_id TEXT NOT NULL REFERENCES accounts,
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    idempotency_key TEXT,
    fingerprint TEXT
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS messages_key ON messages (from_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS messages_conversation ON messages (conversation_id, seq);
CREATE INDEX IF NOT EXISTS messages_from ON messages (from_id, seq);
CREATE INDEX IF NOT EXISTS messages_to ON messages (to_id, seq);

CREATE TABLE IF NOT EXISTS follows (
    follower_id TEXT NOT NULL REFERENCES accounts,
    account_id TEXT NOT NULL REFERENCES accounts,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (follower_id, account_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blocks (
    blocker_id TEXT NOT NULL REFERENCES accounts,
    account_id TEXT NOT NULL REFERENCES accounts,
    PRIMARY KEY (blocker_id, account_id)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS apps (
    client_id TEXT PRIMARY KEY,
    secret_hash TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts,
    webhook_url TEXT,
    webhook_secret TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tokens (
    token_hash TEXT PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES apps,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS calls (
    client_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    minute INTEGER NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (client_id, kind)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    fault TEXT,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dropped', 'lost')),
    created_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    leased_until INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS outbox_due ON outbox (due_at, id) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS outbox_subject ON outbox (subject, id) WHERE state = 'pending';
CREATE TABLE IF NOT EXISTS attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL,
    took_ms INTEGER NOT NULL
);
"""
