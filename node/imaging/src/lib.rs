//! Volumes, masks and the readers that make them from a hospital's files.
