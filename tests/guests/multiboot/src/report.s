// The kernel: 32-bit, no paging, prints over COM1 what it was given and leaves through port f4 with 10h, or
// with 11h when its own data or bss did not arrive. All numbers are hexadecimal. The word above the stack
// keeps the verdict.

.set COM1, 0x3F8
.set DATA_VALUE, 0xDA7A600D

.macro say text
    mov esi, offset text_\@
    call put_string
    .section .rodata.text, "a"
text_\@: .asciz "\text"
    .section .text.report, "ax"
.endm

.section .text.report, "ax"
.code32
.globl _start
_start:
    cli
    cld
    mov esp, offset stack_top - 16
    mov ebp, ebx
    mov edi, eax
    mov byte ptr [stack_top - 4], 0x10

    say "mb: magic "
    mov eax, edi
    call put_hex
    say " flags "
    mov eax, dword ptr [ebp]
    call put_hex
    call put_newline

    test dword ptr [ebp], 1
    jz 2f
    say "mb: lower "
    mov eax, dword ptr [ebp + 4]
    call put_hex
    say " upper "
    mov eax, dword ptr [ebp + 8]
    call put_hex
    call put_newline
2:
    test dword ptr [ebp], 4
    jz 2f
    say "mb: command line "
    mov esi, dword ptr [ebp + 16]
    call put_string
    call put_newline
2:
    test dword ptr [ebp], 8
    jz 2f
    call put_modules
2:
    test dword ptr [ebp], 0x40
    jz 2f
    call put_map
2:
    test dword ptr [ebp], 0x200
    jz 2f
    say "mb: loader "
    mov esi, dword ptr [ebp + 64]
    call put_string
    call put_newline
2:
    mov ebx, offset data_word_physical
    cmp dword ptr [ebx], DATA_VALUE
    je 2f
    say "mb: data is missing\n"
    mov byte ptr [stack_top - 4], 0x11
2:
    mov ebx, offset bss_word_physical
    cmp dword ptr [ebx], 0
    je 2f
    say "mb: bss is not clear\n"
    mov byte ptr [stack_top - 4], 0x11
2:
    say "mb: done\n"
    movzx eax, byte ptr [stack_top - 4]
    mov edx, 0xF4
    out dx, eax
.globl idle
idle:
    hlt
    jmp idle

put_modules:
    mov ecx, dword ptr [ebp + 20]
    mov ebx, dword ptr [ebp + 24]
2:  test ecx, ecx
    jz 3f
    say "mb: module "
    mov eax, dword ptr [ebx]
    call put_hex
    say " "
    mov eax, dword ptr [ebx + 4]
    call put_hex
    say " "
    mov esi, dword ptr [ebx + 8]
    call put_string
    call put_newline
    add ebx, 16
    dec ecx
    jmp 2b
3:  ret

put_map:
    mov ebx, dword ptr [ebp + 48]
    mov ecx, dword ptr [ebp + 44]
    add ecx, ebx
2:  cmp ebx, ecx
    jae 3f
    say "mb: map "
    mov eax, dword ptr [ebx + 8]
    call put_hex
    mov eax, dword ptr [ebx + 4]
    call put_hex
    say " "
    mov eax, dword ptr [ebx + 16]
    call put_hex
    mov eax, dword ptr [ebx + 12]
    call put_hex
    say " "
    mov eax, dword ptr [ebx + 20]
    call put_hex
    call put_newline
    add ebx, dword ptr [ebx]
    add ebx, 4
    jmp 2b
3:  ret

put_newline:
    say "\n"
    ret

// esi = string; keeps all but eax, edx and esi. A null pointer prints nothing.
put_string:
    test esi, esi
    jz 3f
2:  lodsb
    test al, al
    jz 3f
    call put_char
    jmp 2b
3:  ret

// al; keeps all but edx.
put_char:
    push eax
    mov edx, COM1 + 5
2:  in al, dx
    test al, 0x20
    jz 2b
    pop eax
    mov edx, COM1
    out dx, al
    ret

// eax in eight digits; keeps all but eax and edx.
put_hex:
    push ecx
    push edi
    mov edi, eax
    mov ecx, 8
2:  rol edi, 4
    mov eax, edi
    and eax, 15
    add al, 0x30
    cmp al, 0x3A
    jb 3f
    add al, 0x27
3:  call put_char
    dec ecx
    jnz 2b
    pop edi
    pop ecx
    ret

.section .data.report, "aw"
.globl data_word
data_word:
    .long DATA_VALUE

.section .bss.report, "aw", @nobits
.globl bss_word
.globl bss_end
.balign 16
    .skip 8192
bss_word:
    .skip 4
    .skip 8188
bss_end:
.code64
