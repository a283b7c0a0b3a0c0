//! See [`consilium_imaging_fuzz::image`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| consilium_imaging_fuzz::image(bytes));
