//! The lead institution's coordinator: publishes plans, adds sums, keeps the record.
