# Multiboot entry of the packed image: unpacks the hypervisor and enters it as a boot loader would, with the
# registers the boot loader gave.
#
# Runs at 1 MiB in 32-bit protected mode. Needs no stack. What is packed is one block as the LZ4 Block Format
# Description has it, made by xtask, which also fills in the fields that are 0 here.

.set MAGIC, 0x1badb002
.set FLAGS, 0x00010003          # page-aligned modules, memory information, a.out fields valid

.section .unpacker.header, "awx"
.align 4
header:
    .long MAGIC
    .long FLAGS
    .long -(MAGIC + FLAGS)
    .long header
    .long header
    .long 0                     # end of what is loaded: of the packed block
    .long 0                     # end of what is cleared: of the hypervisor, so that nothing else is put there
    .long unpack
unpacked_start:
    .long 0                     # where the hypervisor's first byte goes
unpacked_end:
    .long 0                     # where its last byte was written, a multiple of 16
cleared_end:
    .long 0                     # the end of its zero-initialised variables, a multiple of 16
unpacked_entry:
    .long 0

# ESI: next packed byte. EDI: next unpacked byte. EBP, EBX: what the boot loader gave in EAX and EBX.
# Copies go in words of 4 bytes and may write up to 3 bytes too many: what comes next overwrites them. No string
# instructions: emulators do them element by element, at several times the cost.
.section .unpacker.text, "awx"
.code32
.global unpack
unpack:
    mov %eax, %ebp
    mov $packed, %esi
    mov unpacked_start, %edi

sequence:
    movzbl (%esi), %edx         # the token: number of literals, and length of the match
    inc %esi
    mov %edx, %ecx
    shr $4, %ecx
    jz match
    cmp $15, %ecx
    jne literals
1:  movzbl (%esi), %eax
    inc %esi
    add %eax, %ecx
    cmp $255, %eax
    je 1b
literals:
    add %edi, %ecx
2:  mov (%esi), %eax
    mov %eax, (%edi)
    add $4, %esi
    add $4, %edi
    cmp %ecx, %edi
    jb 2b
    sub %edi, %esi
    add %ecx, %esi
    mov %ecx, %edi
    cmp unpacked_end, %edi      # the last sequence has literals only
    jae clear

match:
    movzwl (%esi), %eax
    add $2, %esi
    neg %eax                    # from here to where the same bytes are
    mov %edx, %ecx
    and $15, %ecx
    cmp $15, %ecx
    jne 4f
3:  movzbl (%esi), %edx
    inc %esi
    add %edx, %ecx
    cmp $255, %edx
    je 3b
4:  lea 4(%edi, %ecx), %ecx
    cmp $-4, %eax               # nearer than a word: the copy reads what it wrote
    ja 6f
5:  mov (%edi, %eax), %edx
    mov %edx, (%edi)
    add $4, %edi
    cmp %ecx, %edi
    jb 5b
    mov %ecx, %edi
    jmp sequence
6:  mov (%edi, %eax), %dl
    mov %dl, (%edi)
    inc %edi
    cmp %ecx, %edi
    jb 6b
    jmp sequence

clear:
    mov unpacked_end, %edi
    mov cleared_end, %ecx
    xor %eax, %eax
    jmp 8f
7:  mov %eax, (%edi)
    mov %eax, 4(%edi)
    mov %eax, 8(%edi)
    mov %eax, 12(%edi)
    add $16, %edi
8:  cmp %ecx, %edi
    jb 7b
    mov %ebp, %eax
    jmp *unpacked_entry
