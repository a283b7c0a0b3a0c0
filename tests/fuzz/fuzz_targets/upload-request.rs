//! See [`consilium_fuzz::TARGETS`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = consilium_fuzz::target("upload-request")(bytes);
});
