//! See [`consilium_imaging_fuzz::series`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consilium_imaging_fuzz::series(bytes));
