// From 64-bit mode to other paging modes. All of this runs at addresses that are mapped one to one, with
// interrupts off; NMIs are not expected (nobody else is there to send one).

.set COM1, 0x3F8
.set REAL_CODE, 0x9000
.set REAL_DATA_SEGMENT, 0x2000

.section .text.modes, "ax"

// Goes to the 32-bit label given, with flat segments and paging off.
.macro leave_paging
    cli
    push 0x18
    lea rax, [rip + 77f]
    push rax
    retfq
.code32
77:
    mov eax, 0x10
    mov ds, eax
    mov es, eax
    mov ss, eax
    mov eax, cr0
    and eax, 0x7FFFFFFF
    mov cr0, eax
.endm

.macro leave_long_mode
    mov ecx, 0xC0000080
    rdmsr
    and eax, 0xFFFFFEFF
    wrmsr
.endm

// enter_pae(page-directory-pointer table): does not return.
.globl enter_pae
enter_pae:
    leave_paging
    leave_long_mode
    jmp paged_32
.code64

// enter_two_level(page directory): does not return.
.globl enter_two_level
enter_two_level:
    leave_paging
    leave_long_mode
    mov eax, cr4
    and eax, 0xFFFFFFDF
    or eax, 0x10
    mov cr4, eax
    jmp paged_32

.code32
// edi = CR3, esi = the address to write the pattern to.
paged_32:
    mov cr3, edi
    mov eax, cr0
    or eax, 0x80000000
    mov cr0, eax
    jmp 2f
2:  mov dword ptr [esi], {pattern}
    mov ecx, offset mode_text
3:  mov edx, COM1 + 5
4:  in al, dx
    test al, 0x20
    jz 4b
    mov edx, COM1
    mov al, byte ptr [ecx]
    test al, al
    jz 5f
    out dx, al
    inc ecx
    jmp 3b
5:  xor eax, eax
.globl mode_spin_32
mode_spin_32:
    inc eax
    jmp mode_spin_32

.code64
// enter_real(): does not return.
.globl enter_real
enter_real:
    leave_paging
    leave_long_mode
    mov eax, cr4
    and eax, 0xFFFFFFDF
    mov cr4, eax
    .byte 0xEA
    .long REAL_CODE
    .word 0x20

.code64
// enter_five_level(top table): comes back in 64-bit mode with CR4.LA57 set, interrupts off.
.globl enter_five_level
enter_five_level:
    push rbx
    leave_paging
    mov eax, cr4
    or eax, 0x1000
    mov cr4, eax
    mov cr3, edi
    mov eax, cr0
    or eax, 0x80000000
    mov cr0, eax
    push 0x08
    mov eax, offset five_level_64
    push eax
    retf
.code64
five_level_64:
    mov eax, 0x10
    mov ss, eax
    mov ds, eax
    mov es, eax
    pop rbx
    ret

.section .rodata.modes, "a"
mode_text:
    .asciz "demo: mode entered\r\n"

// Copied to REAL_CODE: 16-bit protected mode to real mode.
.globl real_mode_start
.globl real_mode_end
.code16
real_mode_start:
    mov ax, 0x40
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov fs, ax
    mov gs, ax
    mov eax, cr0
    and al, 0xFE
    mov cr0, eax
    .byte 0xEA
    .word real_mode_entered - real_mode_start
    .word REAL_CODE >> 4
real_mode_entered:
    mov ax, REAL_DATA_SEGMENT
    mov ds, ax
    mov ss, ax
    mov sp, 0x8000
    // MOV dword [0120h], pattern.
    .byte 0x66, 0xC7, 0x06
    .word 0x0120
    .long {pattern}
    // MOV BX, immediate.
    .byte 0xBB
    .word real_mode_text - real_mode_start
3:  mov dx, COM1 + 5
4:  in al, dx
    test al, 0x20
    jz 4b
    mov dx, COM1
    mov al, byte ptr cs:[bx]
    test al, al
    jz 5f
    out dx, al
    inc bx
    jmp 3b
5:  xor eax, eax
6:  inc eax
    jmp 6b
real_mode_text:
    .asciz "demo: mode entered\r\n"
real_mode_end:
.code64
