//! Test harness: a whole consortium on loopback, faults included.
