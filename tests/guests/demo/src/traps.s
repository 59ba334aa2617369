// One entry stub for each of the 256 vectors, all the same length, and the common way in and out.
//
// The saved registers are traps.rs's Frame; XMM state is saved too because prebuilt `core` uses SSE.

.set STUB_SIZE, 16

.section .text.trap_stubs, "ax"
.balign 16
.globl trap_stubs
trap_stubs:
.set vector, 0
.rept 256
    .balign STUB_SIZE
    .if (vector == 8) || ((vector >= 10) && (vector <= 14)) || (vector == 17) || (vector == 21) || (vector == 29) || (vector == 30)
    .else
        push 0
    .endif
    push vector
    jmp trap_common
    .set vector, vector + 1
.endr

.globl trap_common
trap_common:
    .cfi_startproc simple
    .cfi_signal_frame
    .cfi_def_cfa rsp, 56
    .cfi_offset rip, -40
    .cfi_offset rsp, -16
    cld
    push rax
    push rbx
    push rcx
    push rdx
    push rsi
    push rdi
    push rbp
    push r8
    push r9
    push r10
    push r11
    push r12
    push r13
    push r14
    push r15
    .cfi_adjust_cfa_offset 120
    .cfi_offset rbp, -112
    .cfi_offset rbx, -72
    .cfi_offset r12, -152
    .cfi_offset r13, -160
    .cfi_offset r14, -168
    .cfi_offset r15, -176
    mov rdi, rsp
    sub rsp, 512
    .cfi_adjust_cfa_offset 512
    fxsave64 [rsp]
    call handle_trap
    fxrstor64 [rsp]
    add rsp, 512
    .cfi_adjust_cfa_offset -512
    pop r15
    pop r14
    pop r13
    pop r12
    pop r11
    pop r10
    pop r9
    pop r8
    pop rbp
    pop rdi
    pop rsi
    pop rdx
    pop rcx
    pop rbx
    pop rax
    .cfi_adjust_cfa_offset -120
    add rsp, 16
    iretq
    .cfi_endproc
