//! See [`consilium_imaging_fuzz::region`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consilium_imaging_fuzz::region(bytes));
