-- The coordinator's state. Times are milliseconds since 1970; digests are hexadecimal.

CREATE TABLE IF NOT EXISTS settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS sites (
    site        TEXT PRIMARY KEY,
    state       TEXT NOT NULL CHECK (state IN ('invited', 'waiting', 'enrolled', 'revoked')),
    fingerprint TEXT,              -- of the keys it enrolled with
    request     TEXT,              -- its signing request, PEM
    software    TEXT,
    since       INTEGER NOT NULL   -- of the state
) STRICT;

CREATE TABLE IF NOT EXISTS site_keys (  -- nobody else may enrol with one of them
    site     TEXT PRIMARY KEY REFERENCES sites (site),
    identity TEXT NOT NULL UNIQUE,
    witness  TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE IF NOT EXISTS invitations (
    token       TEXT PRIMARY KEY,  -- digest of the token; the token itself is nowhere
    site        TEXT NOT NULL REFERENCES sites (site),
    expires     INTEGER NOT NULL,
    fingerprint TEXT               -- of the keys that used it
) STRICT;

CREATE TABLE IF NOT EXISTS certificates (
    serial      TEXT PRIMARY KEY,
    site        TEXT NOT NULL REFERENCES sites (site),
    fingerprint TEXT NOT NULL,     -- of the keys it was approved with; of its own key where it renews another
    pem         TEXT NOT NULL,
    issued      INTEGER NOT NULL,
    expires     INTEGER NOT NULL,
    revoked     INTEGER
) STRICT;

CREATE TABLE IF NOT EXISTS studies (
    study     TEXT PRIMARY KEY,
    plan      TEXT NOT NULL,       -- canonical form
    published INTEGER NOT NULL,
    result    TEXT
) STRICT;

CREATE TABLE IF NOT EXISTS invited (
    study TEXT NOT NULL REFERENCES studies (study),
    site  TEXT NOT NULL REFERENCES sites (site),
    identity TEXT,                 -- its public key when the study was published
    PRIMARY KEY (study, site)
) STRICT;

CREATE TABLE IF NOT EXISTS journal (
    line     INTEGER PRIMARY KEY AUTOINCREMENT,
    study    TEXT NOT NULL REFERENCES studies (study),
    attempt  INTEGER,              -- of a submission, until its exchange closes
    exchange INTEGER,
    site     TEXT,                 -- whose masked vector it holds
    entry    BLOB NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS openings ( -- what opened each blinded sum
    study    TEXT NOT NULL REFERENCES studies (study),
    attempt  INTEGER NOT NULL,
    exchange INTEGER NOT NULL,
    terms    BLOB NOT NULL,
    opening  BLOB NOT NULL,
    PRIMARY KEY (study, attempt, exchange)
) STRICT;

CREATE TABLE IF NOT EXISTS vectors (  -- the masked vectors in it, as they were journalled
    study    TEXT NOT NULL REFERENCES studies (study),
    attempt  INTEGER NOT NULL,
    exchange INTEGER NOT NULL,
    site     TEXT NOT NULL,
    entry    BLOB NOT NULL,
    PRIMARY KEY (study, attempt, exchange, site)
) STRICT;

CREATE TABLE IF NOT EXISTS uploads (  -- words that came in chunks, before the answer that names them
    upload   INTEGER PRIMARY KEY AUTOINCREMENT,
    study    TEXT NOT NULL REFERENCES studies (study),
    attempt  INTEGER NOT NULL,
    exchange INTEGER NOT NULL,
    site     TEXT NOT NULL,
    root     TEXT NOT NULL,        -- digest of the chunks' digests
    chunks   INTEGER NOT NULL,     -- how many there are to be
    UNIQUE (study, attempt, exchange, site)
) STRICT;

CREATE TABLE IF NOT EXISTS chunks (
    upload INTEGER NOT NULL REFERENCES uploads (upload) ON DELETE CASCADE,
    place  INTEGER NOT NULL,
    bytes  BLOB NOT NULL,
    PRIMARY KEY (upload, place)
) STRICT;

CREATE TABLE IF NOT EXISTS log (      -- the training log; its files are written from here
    seq   INTEGER PRIMARY KEY,
    entry BLOB NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS acts (     -- what people did on the pages, and what waits for a second one
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    person  TEXT NOT NULL,
    deed    TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL,
    state   TEXT NOT NULL CHECK (state IN ('waiting', 'confirmed', 'done', 'refused', 'failed')),
    second  TEXT,                     -- who agreed or refused
    decided INTEGER
) STRICT;

CREATE INDEX IF NOT EXISTS journal_of_study ON journal (study, line);
