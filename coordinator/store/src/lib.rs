//! The coordinator's durable state in SQLite.
