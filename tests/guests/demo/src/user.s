// Ring 3: the task itself, the way into it and the two ways back.

.section .user, "ax"
.balign 4096
.globl user_task
.globl user_loop
// rdi = rounds. Each round: SYSCALL 1, INT 80h with 2. Then SYSCALL 0, which does not return.
user_task:
    mov rbx, rdi
user_loop:
    mov eax, 1
    syscall
    mov eax, 2
    int 0x80
    push rbx
    pop rbx
    dec rbx
    jnz user_loop
    xor eax, eax
    syscall
    ud2

.section .text.enter_user, "ax"
.globl enter_user
// enter_user(rounds, user_stack_top): runs user_task in ring 3 until its SYSCALL 0.
enter_user:
    push rbp
    push rbx
    push r12
    push r13
    push r14
    push r15
    pushfq
    cli
    mov gs:[0], rsp
    mov rax, gs:[16]
    mov [rax], rsp
    push 0x33
    push rsi
    push 0x202
    push 0x3B
    lea rax, [rip + user_task]
    push rax
    iretq

.globl syscall_entry
// Interrupts are off (SFMASK). rax 0 ends the task: back to whoever called enter_user.
syscall_entry:
    mov gs:[8], rsp
    mov rsp, gs:[0]
    test rax, rax
    jz 2f
    push rcx
    push r11
    push rdi
    push rsi
    push rdx
    push r8
    push r9
    push r10
    sub rsp, 8
    mov rdi, rax
    call handle_syscall
    add rsp, 8
    pop r10
    pop r9
    pop r8
    pop rdx
    pop rsi
    pop rdi
    pop r11
    pop rcx
    mov rsp, gs:[8]
    sysretq
2:  popfq
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
    ret
