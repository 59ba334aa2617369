# Multiboot entry: 32-bit protected mode to the first Rust function, at the image's linked addresses.
#
# Runs at 2 MiB, where the boot loader or the unpacker put the image; paging covers the first 4 GiB three
# times (as they are, at the image's offset, and at the direct map), which is all the hypervisor needs until
# it has found its own place and made its own tables.

.set MAGIC, 0x1badb002
.set FLAGS, 0x00010003          # page-aligned modules, memory information, a.out fields valid
.set COM1, 0x3f8
.set IMAGE_OFFSET, 0xffff800000000000

.section .boot.header, "awx"
.align 4
boot_header:
    .long MAGIC
    .long FLAGS
    .long -(MAGIC + FLAGS)
    .long boot_header
    .long image_load_start
    .long image_load_end
    .long image_bss_end
    .long boot_entry

.section .boot.text, "awx"
.code32
.global boot_entry
boot_entry:
    cli
    cld
    mov $(boot_stack_top - IMAGE_OFFSET), %esp
    mov %eax, boot_magic
    mov %ebx, boot_information

    # Long mode, or a message: everything after this is 64-bit code.
    mov $0x80000000, %eax
    cpuid
    cmp $0x80000001, %eax
    jb no_long_mode
    mov $0x80000001, %eax
    cpuid
    bt $29, %edx
    jnc no_long_mode

    # 4 GiB in 2 MiB pages, present and writable.
    mov $(boot_pd - IMAGE_OFFSET), %edi
    mov $0x83, %eax
    mov $2048, %ecx
1:  mov %eax, (%edi)
    movl $0, 4(%edi)
    add $0x200000, %eax
    add $8, %edi
    loop 1b
    mov $(boot_pdpt - IMAGE_OFFSET), %edi
    mov $(boot_pd + 3 - IMAGE_OFFSET), %eax
    mov $4, %ecx
2:  mov %eax, (%edi)
    add $0x1000, %eax
    add $8, %edi
    loop 2b
    mov $(boot_pdpt + 3 - IMAGE_OFFSET), %eax
    mov %eax, boot_pml4 - IMAGE_OFFSET              # as they are
    mov %eax, boot_pml4 - IMAGE_OFFSET + 8 * 256    # the image's offset
    mov %eax, boot_pml4 - IMAGE_OFFSET + 8 * 257    # the direct map

    mov $(boot_pml4 - IMAGE_OFFSET), %eax
    mov %eax, %cr3
    mov %cr4, %eax
    or $0x620, %eax                  # PAE, OSFXSR, OSXMMEXCPT
    mov %eax, %cr4
    mov $0xc0000080, %ecx
    rdmsr
    or $0x900, %eax                  # LME, NXE
    wrmsr
    mov %cr0, %eax
    and $0x9ffffff3, %eax            # caches on, no FPU emulation, no trap on task switch
    or $0x80010023, %eax             # PG, WP, NE, MP, PE
    mov %eax, %cr0
    lgdt boot_gdt_pointer
    ljmp $0x08, $boot_long

no_long_mode:
    mov $boot_no_long_mode, %esi
    mov $0xb8000, %edi
    mov $0x4f, %ah
3:  lodsb
    test %al, %al
    jz 5f
    stosw
    mov %al, %bl
    mov $(COM1 + 5), %dx
    mov $0x10000, %ecx
4:  in %dx, %al
    test $0x20, %al
    loopz 4b
    mov $COM1, %dx
    mov %bl, %al
    out %al, %dx
    jmp 3b
5:  hlt
    jmp 5b

.code64
boot_long:
    mov $0x10, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    xor %eax, %eax
    mov %eax, %fs
    mov %eax, %gs
    movabs $boot_stack_top, %rsp
    mov boot_magic(%rip), %edi
    mov boot_information(%rip), %esi
    xor %ebp, %ebp
    movabs $boot_main, %rax
    call *%rax
    ud2

.align 8
boot_gdt:
    .quad 0
    .quad 0x00af9b000000ffff
    .quad 0x00cf93000000ffff
boot_gdt_pointer:
    .word boot_gdt_pointer - boot_gdt - 1
    .long boot_gdt
boot_magic:
    .long 0
boot_information:
    .long 0
boot_no_long_mode:
    .asciz "stub-hv: this CPU has no 64-bit mode; stub-hv needs a 64-bit AMD CPU with SVM and nested paging\r\n"

# Linked behind the image like all that the boot loader clears; before paging is on it is known by its load address.
.section .bss.boot, "aw", @nobits
.align 4096
boot_pml4:
    .skip 4096
boot_pdpt:
    .skip 4096
boot_pd:
    .skip 4 * 4096
boot_stack:
    .skip 64 * 1024
boot_stack_top:
