// Multiboot 1 entry (32-bit, no paging) to long mode, and from there to kernel_main(magic, info).
//
// The page tables made here map the low 4 GiB one to one with 2 MiB pages, the same again from
// ffff800000000000, and the first 2 GiB a third time from ffffffff80000000. paging.rs refines them later.

.set MB_MAGIC, 0x1BADB002
.set MB_FLAGS, 0x00010003

.section .multiboot, "a"
.balign 4
multiboot_header:
    .long MB_MAGIC
    .long MB_FLAGS
    .long -(MB_MAGIC + MB_FLAGS)
    .long multiboot_header
    .long load_start
    .long load_end
    .long bss_end
    .long _start

.section .boot.text, "ax"
.code32
.globl _start
_start:
    cli
    cld
    mov edi, eax
    mov esi, ebx
    mov esp, offset boot_stack_top

    mov eax, offset PDPT_LOW
    or eax, 7
    mov dword ptr [PML4], eax
    mov dword ptr [PML4 + 256 * 8], eax
    mov eax, offset PDPT_HIGH
    or eax, 7
    mov dword ptr [PML4 + 511 * 8], eax

    mov eax, offset DIRECTORIES
    or eax, 7
    mov dword ptr [PDPT_HIGH + 510 * 8], eax
    mov dword ptr [PDPT_LOW], eax
    add eax, 0x1000
    mov dword ptr [PDPT_HIGH + 511 * 8], eax
    mov dword ptr [PDPT_LOW + 8], eax
    add eax, 0x1000
    mov dword ptr [PDPT_LOW + 16], eax
    add eax, 0x1000
    mov dword ptr [PDPT_LOW + 24], eax

    mov ecx, offset DIRECTORIES
    mov eax, 0x83
    mov edx, 2048
2:  mov dword ptr [ecx], eax
    add ecx, 8
    add eax, 0x200000
    dec edx
    jnz 2b

    // LGDT: the assembler would pick a 16-bit address here.
    .byte 0x0F, 0x01, 0x15
    .long boot_gdt_pointer
    call enter_long_mode
    push 0x08
    mov eax, offset long_start
    push eax
    retf

// Turns on long mode with the page tables above: the caller is in a 32-bit segment, paging off, and
// afterwards in compatibility mode.
enter_long_mode:
    mov eax, cr4
    or eax, 0x620
    mov cr4, eax
    mov eax, offset PML4
    mov cr3, eax
    mov ecx, 0xC0000080
    rdmsr
    or eax, 0x101
    wrmsr
    mov eax, 0x80010033
    mov cr0, eax
    ret

.code64
long_start:
    mov eax, 0x10
    mov ds, eax
    mov es, eax
    mov ss, eax
    xor eax, eax
    mov fs, eax
    mov gs, eax
    lea rsp, [rip + boot_stack_top]
    mov edi, edi
    mov esi, esi
    xor ebp, ebp
    push 0
    jmp kernel_main

.balign 8
.globl boot_gdt
boot_gdt:
    .quad 0
    .quad 0x00AF9B000000FFFF
    .quad 0x00CF93000000FFFF
    .quad 0x00CF9B000000FFFF
boot_gdt_pointer:
    .word 31
    .quad boot_gdt

.section .bss.boot_stack, "aw", @nobits
.balign 4096
    .skip 65536
boot_stack_top:

.section .bss.page_tables, "aw", @nobits
.balign 4096
.globl PML4
.globl PDPT_LOW
.globl PDPT_HIGH
.globl DIRECTORIES
PML4:
    .skip 4096
PDPT_LOW:
    .skip 4096
PDPT_HIGH:
    .skip 4096
DIRECTORIES:
    .skip 16384
