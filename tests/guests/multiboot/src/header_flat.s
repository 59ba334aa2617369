// Multiboot 1 header with address fields. A load end of 0 means: to the end of the file.

.section .preface, "a"
    .ascii "this part of the file comes before the header, and stays behind!"

.section .multiboot, "a"
.balign 4
multiboot_header:
    .long 0x1BADB002
    .long 0x00010003
    .long -(0x1BADB002 + 0x00010003)
    .long multiboot_header
    .long load_start
    .long 0
    .long bss_end
    .long _start
