//! Networks trained at the site; the only crate that names burn.
