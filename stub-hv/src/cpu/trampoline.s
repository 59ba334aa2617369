# From a start-up IPI to the first Rust function of a CPU. Copied to a page below 1 MiB; position-independent
# but for the places that `smp::install` adds the page's address to. Parameters stand at the end.
.pushsection .rodata.stub_hv_trampoline, "a"
.global stub_hv_trampoline
.global stub_hv_trampoline_end
stub_hv_trampoline:
.code16
    cli
    cld
    mov %cs, %ax
    mov %ax, %ds
    lgdtl stub_hv_t_gdtr - stub_hv_trampoline
    mov %cr0, %eax
    or $1, %eax
    mov %eax, %cr0
    .byte 0x66, 0xea                # ljmpl $0x18, $stub_hv_t_32
stub_hv_t_jump32:
    .long stub_hv_t_32 - stub_hv_trampoline
    .word 0x18
.code32
stub_hv_t_32:
    mov $0x10, %ax
    mov %ax, %ds
    mov %ax, %es
    mov %ax, %ss
    mov %cr4, %eax
    or $0x620, %eax                 # PAE, OSFXSR, OSXMMEXCPT
    mov %eax, %cr4
    .byte 0xbe                      # mov $page, %esi
stub_hv_t_base:
    .long 0
    mov (stub_hv_t_cr3 - stub_hv_trampoline)(%esi), %eax
    mov %eax, %cr3
    mov $0xc0000080, %ecx
    rdmsr
    or $0x900, %eax                 # LME, NXE
    wrmsr
    mov %cr0, %eax
    and $0x9ffffff3, %eax           # caches on, no FPU emulation, no trap on task switch
    or $0x80010023, %eax            # PG, WP, NE, MP, PE
    mov %eax, %cr0
    .byte 0xea                      # ljmp $0x08, $stub_hv_t_64
stub_hv_t_jump64:
    .long stub_hv_t_64 - stub_hv_trampoline
    .word 0x08
.code64
stub_hv_t_64:
    xor %eax, %eax
    mov %ax, %fs
    mov %ax, %gs
    mov %esi, %esi
    mov (stub_hv_t_argument - stub_hv_trampoline)(%rsi), %rdi
    mov (stub_hv_t_stack - stub_hv_trampoline)(%rsi), %rsp
    mov (stub_hv_t_entry - stub_hv_trampoline)(%rsi), %rax
    xor %ebp, %ebp
    call *%rax
    ud2
.balign 8
stub_hv_t_gdt:
    .quad 0
    .quad 0x00af9b000000ffff        # 08h: 64-bit code
    .quad 0x00cf93000000ffff        # 10h: data
    .quad 0x00cf9b000000ffff        # 18h: 32-bit code
stub_hv_t_gdtr:
    .word 31
stub_hv_t_gdt_base:
    .long stub_hv_t_gdt - stub_hv_trampoline
.balign 8
stub_hv_t_cr3:
    .quad 0
stub_hv_t_argument:
    .quad 0
stub_hv_t_stack:
    .quad 0
stub_hv_t_entry:
    .quad 0
stub_hv_trampoline_end:
.popsection
