//! The hospital's node: reads images and records, answers with sums, opens no port.
