//! Links the hypervisor and its unpacker as freestanding images: no start files, no libraries, their own section
//! layouts.

fn main() {
    let here = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    for argument in [
        "-nostartfiles",
        "-nostdlib",
        "-static",
        "-no-pie",
        "-Wl,--gc-sections",
        "-Wl,--build-id=none",
        "-Wl,-z,max-page-size=0x1000",
        "-Wl,-z,noexecstack",
    ] {
        println!("cargo:rustc-link-arg-bins={argument}");
    }
    for (binary, script) in [("stub-hv", "link.ld"), ("unpacker", "unpacker/link.ld")] {
        println!("cargo:rerun-if-changed={script}");
        println!("cargo:rustc-link-arg-bin={binary}=-Wl,-T,{here}/{script}");
    }
}
