// Multiboot 1 header for a loader that reads the ELF program headers: modules on page boundaries, memory map.

.section .multiboot, "a"
.balign 4
    .long 0x1BADB002
    .long 0x00000003
    .long -(0x1BADB002 + 0x00000003)
