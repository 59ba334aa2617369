// What an application processor runs after its SIPI: copied to TRAMPOLINE (below 1 MiB), real mode to
// long mode in one step, then ap_main(apic_id) on a stack of its own.

.set TRAMPOLINE, 0x8000

.section .rodata.trampoline, "a"
.globl trampoline_start
.globl trampoline_end
.code16
trampoline_start:
    cli
    xor eax, eax
    mov ds, ax
    // LGDT with a 32-bit base.
    .byte 0x66, 0x0F, 0x01, 0x16
    .word trampoline_gdt_pointer - trampoline_start + TRAMPOLINE
    mov eax, cr0
    and eax, 0x9FFFFFFF
    or eax, 1
    mov cr0, eax
    .byte 0x66, 0xEA
    .long trampoline_32 - trampoline_start + TRAMPOLINE
    .word 0x18

.code32
trampoline_32:
    mov eax, 0x10
    mov ds, eax
    mov ss, eax
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
    .byte 0xEA
    .long trampoline_64 - trampoline_start + TRAMPOLINE
    .word 0x08

.code64
trampoline_64:
    mov eax, 1
    cpuid
    shr ebx, 24
    mov edi, ebx
    movabs rax, offset ap_start
    jmp rax

.balign 8
trampoline_gdt_pointer:
    .word 31
    .long boot_gdt
trampoline_end:

.section .boot.text, "ax"
// edi = APIC id. A processor whose id has no stack sleeps for ever.
ap_start:
    mov eax, 0x10
    mov ds, eax
    mov es, eax
    mov ss, eax
    xor eax, eax
    mov fs, eax
    mov gs, eax
    cmp edi, {max_cpus}
    jae 3f
    mov eax, edi
    inc eax
    imul rax, rax, {stack_size}
    lea rsp, [rip + AP_STACKS]
    add rsp, rax
    xor ebp, ebp
    push 0
    jmp ap_main
3:  cli
    hlt
    jmp 3b
