//! Links each of the two kernels with a script of its own.

fn main() {
    let dir = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let common = [
        "-nostartfiles",
        "-nostdlib",
        "-static",
        "-no-pie",
        "-Wl,--gc-sections",
        "-Wl,--build-id=none",
    ];
    for (bin, script) in [("multiboot-elf", "elf.ld"), ("multiboot-flat", "flat.ld")] {
        for arg in common {
            println!("cargo:rustc-link-arg-bin={bin}={arg}");
        }
        println!("cargo:rustc-link-arg-bin={bin}=-Wl,-T,{dir}/{script}");
        println!("cargo:rerun-if-changed={script}");
    }
    println!("cargo:rerun-if-changed=src");
}
