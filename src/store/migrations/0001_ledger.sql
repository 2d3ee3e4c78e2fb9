-- The ledger: what happened, in order, each entry chained to the one before by hash.
-- Everything else about submissions and runs is derived from it, so that there is one truth.
CREATE TABLE entry (
    seq      INTEGER PRIMARY KEY,          -- 1, 2, 3 … without gaps
    at       TEXT NOT NULL,                -- the instant, RFC 3339 in UTC
    kind     TEXT NOT NULL,                -- received, read, run
    body     TEXT NOT NULL,                -- JSON
    previous TEXT NOT NULL,                -- hash of entry seq - 1; 64 zeros for the first
    hash     TEXT NOT NULL UNIQUE          -- SHA-256 of seq, at, kind, body and previous
);

-- History is added to, never rewritten.
CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the ledger is never changed'); END;
CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the ledger is never shortened'); END;
