//! What HyperDbg's public documentation shows of the language, construct by construct, in scripts of our own.
//!
//! Each is checked to parse here. `registers` and `memory` say what the machine holds before the script runs, and
//! `output` what the documentation, or its rules, say the script prints; `None` where that depends on the machine or
//! nothing is printed. Numbers in a script are hexadecimal: `10` is 16.

use super::round_trip;
use crate::script::register;
use proptest::prelude::TestCaseError;

/// One script.
pub(crate) struct Example {
    /// The page, and what is shown there.
    pub(crate) title: &'static str,
    pub(crate) script: &'static str,
    pub(crate) registers: &'static [(&'static str, u64)],
    /// Guest virtual addresses and the bytes there.
    pub(crate) memory: &'static [(u64, &'static [u8])],
    pub(crate) output: Option<&'static str>,
}

/// A script that needs nothing of the machine.
const fn prints(title: &'static str, script: &'static str, output: &'static str) -> Example {
    Example {
        title,
        script,
        registers: &[],
        memory: &[],
        output: Some(output),
    }
}

/// A script whose output is not known.
const fn parses(title: &'static str, script: &'static str) -> Example {
    Example {
        title,
        script,
        registers: &[],
        memory: &[],
        output: None,
    }
}

const DEADBEEF: &[u8] = &[0xef, 0xbe, 0xad, 0xde, 0x80, 0x70, 0xff, 0xff];

pub(crate) const EXAMPLES: &[Example] = &[
    // Conditionals & Loops.
    Example {
        title: "conditionals: if, true",
        script: "if (@rax == 55) {\n    printf(\"rax is %llx\\n\", @rax);\n}",
        registers: &[("rax", 0x55)],
        memory: &[],
        output: Some("rax is 55\n"),
    },
    Example {
        title: "conditionals: if, false",
        script: "if (@rax == 55) {\n    printf(\"rax is %llx\\n\", @rax);\n}",
        registers: &[("rax", 0x56)],
        memory: &[],
        output: Some(""),
    },
    Example {
        title: "conditionals: memory, && and ||",
        script: "if (poi(@rcx + 0x10) == ffff7080deadbeef && @rdx != 55 || $pid == 4444) { printf(\"met\\n\"); }",
        registers: &[("rcx", 0x1000), ("rdx", 1)],
        memory: &[(0x1010, DEADBEEF)],
        output: Some("met\n"),
    },
    Example {
        title: "conditionals: else",
        script: "if (@rax == 55) { printf(\"equal\\n\"); }\nelse { printf(\"it is %llx\\n\", @rax); }",
        registers: &[("rax", 0x66)],
        memory: &[],
        output: Some("it is 66\n"),
    },
    Example {
        title: "conditionals: elsif",
        script: "if (@rax == 55) { printf(\"55\\n\"); } elsif (@rax == 66) { printf(\"66\\n\"); }\n\
                 elsif(@rax == 77) { printf(\"77\\n\"); } else { printf(\"%llx\\n\", @rax); }",
        registers: &[("rax", 0x77)],
        memory: &[],
        output: Some("77\n"),
    },
    prints(
        "loops: for, counting down from 16",
        "for (i = 10; i != 0; i--) {\n    printf(\"%d \",i);\n}",
        "16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 ",
    ),
    // The counter is unsigned, so it is above the limit after one turn.
    prints(
        "loops: for in for, the outer one stepping down from 0",
        "for ( i = 0; i < 10 ; i--) {\n    for (j = 0; j < 3; j++) {\n    printf(\"%d, %d\\n\", i, j);\n  }\n}",
        "0, 0\n0, 1\n0, 2\n",
    ),
    prints(
        "loops: while",
        "x = 3;\nwhile (x) {\n    printf(\"x = %x\\n\", x);\n    x = x - 1;\n}",
        "x = 3\nx = 2\nx = 1\n",
    ),
    prints(
        "loops: do while",
        "x = 2;\ndo {\n    printf(\"x = %x\\n\", x);\n    x = x - 1;\n} while (x);",
        "x = 2\nx = 1\n",
    ),
    prints(
        "loops: break and continue",
        "for (i = 0; i < 10; i++) { if (i == 2) { continue; } if (i > 3) { break; } printf(\"%d\\n\", i); }",
        "0\n1\n3\n",
    ),
    // Variables & Assignments.
    parses("variables: registers", "@rax = 0x55;\n@r15 = poi(@rcx);"),
    Example {
        title: "variables: a register in an if",
        script: "if ( @rcx == 0x55) {\n    @rcx = @rdx + @rax + 12;\n}\nprintf(\"%llx\\n\", @rcx);",
        registers: &[("rcx", 0x55), ("rdx", 1), ("rax", 2)],
        memory: &[],
        output: Some("15\n"),
    },
    parses(
        "variables: locals of what is known",
        "my_variable = 0; my_variable = $proc + 0x10; my_variable = @rax - @rcx + 8; my_variable = check_address(@rcx);",
    ),
    prints(
        "variables: one up and one down",
        "my_variable = 5; my_variable++;   // one more\nmy_variable++; my_variable--; print(my_variable);",
        "6\n",
    ),
    parses("variables: symbols", "x = nt!ExAllocatePoolWithTag;"),
    parses(
        "variables: globals of what is known",
        ".my_variable = 0; .my_variable = $proc + 0x10; .my_variable = @rax - @rcx + 8; .my_variable = check_address(@rcx);",
    ),
    prints(
        "variables: a global, one up and two down",
        ".counter = 5; .counter++; .counter--; .counter--; print(.counter);",
        "4\n",
    ),
    prints(
        "variables: a lock around a write",
        "//\n// The lock\n//\nspinlock_lock(&.my_lock);\n.my_global_var = 0x1234;\n\nspinlock_unlock(&.my_lock);\n\
         print(.my_global_var);",
        "1234\n",
    ),
    parses(
        "variables: a lock without &, as some pages have it",
        "spinlock_lock(.my_lock); .x = 1; spinlock_unlock(.my_lock); interlocked_increment(.my_counter);",
    ),
    prints(
        "variables: compound assignments",
        "t1 = 1;\nt1 +=5;\n\t\nprintf(\"%x\\n\", t1); // 6\n\t\nt1 <<=5;\nprintf(\"%d\\n\", t1); // 192",
        "6\n192\n",
    ),
    prints(
        "variables: every compound assignment",
        "v = 64; v -= 4; v *= 2; v /= 3; v %= 25; v >>= 1; v &= e; v ^= 5; v |= 10; print(v);",
        "19\n",
    ),
    prints(
        "variables: multiple assignment",
        "t1 = t2 = 85;\nprintf(\"0x%x 0x%x\\n\", t1, t2);",
        "0x85 0x85\n",
    ),
    prints(
        "variables: multiple assignment of globals",
        ".gv1 = .gv2 = .gv3 = 85;\nprintf(\"%x %x %x\\n\", .gv1, .gv2, .gv3);",
        "85 85 85\n",
    ),
    parses("arrays: of zeros", "int t1 [3] = {0};"),
    prints(
        "arrays: by index",
        "int t1[6] = {1,2,3,4,5,6};\n\nfor (i = 0; i < 6 ; i++){\n\tprintf(\"%d \", t1[i]);\n}",
        "1 2 3 4 5 6 ",
    ),
    prints(
        "arrays: a variable among the values",
        "t44 = 55;\nint t1[6] = {1,2,3,t44,5,6};\nprintf(\"%x\\n\", t1[3]);",
        "55\n",
    ),
    prints(
        "arrays: by address",
        "int t1[6] = {1,2,3,4,5,6};\n\nfor( i = 0; i < 6 ; i++){\n\tprintf(\"%d \", *(i+t1));\n}",
        "1 2 3 4 5 6 ",
    ),
    prints(
        "arrays: of arrays",
        "int t1 [3][3] = {{1,2,3},{4,5,6},{7,8,9}};\n\
         printf(\"%d %d %d\\n\", t1[0][0], t1[0][1], t1[0][2]);\n\
         printf(\"%d %d %d\\n\", t1[2][0], t1[2][1], t1[2][2]);",
        "1 2 3\n7 8 9\n",
    ),
    // Data types & Operators.
    prints(
        "types: int",
        "? {\n    int x = 0n42;\n    int y = 0n100;\n    printf(\"x = %d, y = %d\\n\", x, y);\n}",
        "x = 42, y = 100\n",
    ),
    prints(
        "types: int in a loop",
        "? {\n    int sum = 0;\n    for (int i = 1; i <= 5; i++) {\n        sum += i;\n    }\n    printf(\"sum = %d\\n\", sum);\n}",
        "sum = 15\n",
    ),
    prints(
        "types: float",
        "? { float v1 = 11.5; float v2 = 0.5; float v3 = .5; float v4 = 11.; float n1 = -11.5; float n2 = -.5;\n\
         printf(\"%f %f %f %f\\n\", v1, v2, v3, v4); printf(\"%f %f\\n\", n1, n2); }",
        "11.500000 0.500000 0.500000 11.000000\n-11.500000 -0.500000\n",
    ),
    prints(
        "types: float arithmetic",
        "? { float sum_ = 11.5 + 0.5; float less = 11.5 - 0.5; float product = 1.5 * 2.0; float ratio = 7.5 / 2.5;\n\
         printf(\"%f %f %f %f\\n\", sum_, less, product, ratio); }",
        "12.000000 11.000000 3.000000 3.000000\n",
    ),
    prints(
        "types: double",
        "? { double var5 = 0.789; double negative3 = -0.789; double zero_ = -0.0; double plus = +.5;\n\
         printf(\"%f %f %f %f %f\\n\", var5, negative3, zero_, plus, -var5); }",
        "0.789000 -0.789000 -0.000000 0.500000 -0.789000\n",
    ),
    prints(
        "types: double arithmetic",
        "? { double v1 = 0.75 + 0.25; double v2 = 5.5 - 2.0; double v3 = 1.25 * 4.0; double v4 = 9.0 / 4.0;\n\
         printf(\"%f %f %f %f\\n\", v1, v2, v3, v4); }",
        "1.000000 3.500000 5.000000 2.250000\n",
    ),
    prints(
        "types: float and double together",
        "? { float single = 1.5; double mixed = single + 0.25; double first = 1.0 + 2.0 * 3.0; double neg_ = -2.0 * 3.0;\n\
         printf(\"%f %f %f\\n\", mixed, first, neg_); }",
        "1.750000 7.000000 -6.000000\n",
    ),
    prints(
        "types: comparisons of floats",
        "? { float more = 11.5 + 0.5; float less = 11.5 - 0.5; double zero_ = -0.0;\n\
         if (more > less && less >= 11.0 &&\n less < more && less <= 11.0 &&\n more != less && zero_ == 0.0)\n\
         { printf(\"yes\\n\"); }\nelse\n{ printf(\"no\\n\"); } }",
        "yes\n",
    ),
    prints(
        "operators: sizeof",
        "? { struct Pair { int left; unsigned short right; };\n\
         printf(\"%lld %lld %lld %lld %lld %lld\\n\", sizeof(char), sizeof(short), sizeof(int), sizeof(long), \
         sizeof(long long), sizeof(struct Pair)); }",
        "1 2 4 8 8 8\n",
    ),
    prints(
        "operators: an implicit variable is unsigned",
        "? { implicit_variable = 0xffffffffffffffff; // unsigned long long\n\
         printf(\"%llu %lld\\n\", implicit_variable, sizeof(implicit_variable));\n\
         if (implicit_variable > 0) { printf(\"unsigned\\n\"); } }",
        "18446744073709551615 8\nunsigned\n",
    ),
    // Constants & Functions.
    prints(
        "functions: void",
        "? {\n  void my_func(int var, int var2) {\n    printf(\"%d %d\\n\", var, var2);\n    return;\n    printf(\"never\\n\");\n  }\n\
         \n  for (int i = 0; i < 3; i++) {\n    my_func(1, 2);\n  }\n\n  int my_var = 79;\n  printf(\"%x\\n\", my_var);\n}",
        "1 2\n1 2\n1 2\n79\n",
    ),
    prints(
        "functions: calling others",
        "? { int my_func1(int var1) { result = var1 + 1; printf(\"1: %d\\n\", result); return result; }\n\
         int my_func2(int var1) { result = var1 * 2; printf(\"2: %d\\n\", result); return result; }\n\
         int my_func3(int var1) { result = my_func1(var1) + my_func2(var1); return result; }\n\
         printf(\"%d\\n\", my_func3(2)); }",
        "1: 3\n2: 4\n7\n",
    ),
    prints(
        "functions: recursive",
        "? { int my_func(int var1) { if (var1 == 0) { return 0; } if (var1 == 1) { return 1; }\n\
         return my_func(var1 - 1) + my_func(var1 - 2); }\n var = my_func(9); printf(\"%d\", var); }",
        "34",
    ),
    prints(
        "functions: iterative",
        "? { int my_func(int varn) {\n int varf0 = 0; int varf1 = 1; int varfn = 0; //comment\n\
         if (varn == 0) { return varf0; } if (varn == 1) { return varf1; }\n int i = 0;\n\
         for (i = 2; i <= varn; i++) { varfn = varf0 + varf1; varf0 = varf1; varf1 = varfn; }\n return varfn; }\n\
         printf(\"%d\", my_func(9)); }",
        "34",
    ),
    // Casting & Inclusion.
    parses(
        "inclusion",
        "? { \n    #include \"script/test.ds\";\n    #include \"script/fibonacci.ds\";\n    x = 1;\n}",
    ),
    parses(
        "inclusion: an absolute path",
        "? {\n    #include \"C:\\Users\\user\\test.ds\";\n}",
    ),
    // Functions, by page.
    Example {
        title: "print, printf: a string",
        script: "printf(\"Result is %s\", @rcx);",
        registers: &[("rcx", 0x2000)],
        memory: &[(0x2000, b"some text\0")],
        output: Some("Result is some text"),
    },
    Example {
        title: "printf: a value and a wide string",
        script: "printf(\"%llx: %ws\", dq(@rcx), poi(rax));",
        registers: &[("rcx", 0x2000), ("rax", 0x3000)],
        memory: &[
            (0x2000, &[0x55, 0, 0, 0, 0, 0, 0, 0x12]),
            (0x3000, &[0, 0x40, 0, 0, 0, 0, 0, 0]),
            (0x4000, b"w\0i\0d\0e\0\0\0"),
        ],
        output: Some("1200000000000055: wide"),
    },
    Example {
        title: "print: registers, pseudo-registers and memory",
        script: "print(dq(@rcx)); print(dd(@rcx)); print(dw(@rcx)); print(db(@rcx)); print(hi(@rcx)); print(low(@rcx));",
        registers: &[("rcx", 0x2000)],
        memory: &[(0x2000, DEADBEEF)],
        output: Some("ffff7080deadbeef\ndeadbeef\nbeef\nef\ndead\nbeef\n"),
    },
    parses(
        "view system state",
        "printf(\"Process name: %s\", $pname); print($proc+@rdx); print(poi(@rax+a0));\n\
         printf(\"Result : %ws\", poi($proc+10)); printf(\"Result : %s\", poi($proc+10));\n\
         print(dw(nt!NtCreateFile+10)); print(dw(nt!NtCreateFile+@rcx+($proc|3+poi(poi(@rax)))));",
    ),
    prints(
        "keywords: not and neg",
        "print(not(800)); print(neg(800));",
        "fffffffffffff7ff\nfffffffffffff800\n",
    ),
    prints(
        "keywords: the address of a variable",
        "held = 0x123456789abcdef; at_ = &held; printf(\"%llx %x %x\\n\", poi(at_), hi(at_), low(at_));\n\
         again = reference(held); print(*again);",
        "123456789abcdef 89ab cdef\n123456789abcdef\n",
    ),
    parses(
        "eb, ed, eq",
        "IsEditApplied = eq(fffff8031d44fde0, 0x12345678deadbeef); IsEditApplied = eb(poi(@rcx)+8, 0x90);\n\
         eq(fffff8031d44fde0, 0x12345678deadbeef); ed_pa(@rax, 1); eb_pa(1, 2); eq_pa(3, 4); ed(1, 2);",
    ),
    Example {
        title: "eq in an if",
        script: "if (eq(@r11, 0x12345678deadbeef) == 1) \n{ \n\tprintf(\"applied %llx\\n\", poi(@r11));\n}\nelse \n{\n\tprintf(\"not\\n\");\n}",
        registers: &[("r11", 0x5000)],
        memory: &[(0x5000, &[0; 8])],
        output: Some("applied 12345678deadbeef\n"),
    },
    Example {
        title: "check_address",
        script: "IsValid = check_address(@rcx + 10); if (IsValid == 1) { printf(\"valid\\n\"); } else { printf(\"not\\n\"); }\n\
                 IsValid = check_address(dq(@rcx)); print(IsValid);",
        registers: &[("rcx", 0x2000)],
        memory: &[(0x2000, &[0; 0x20])],
        output: Some("valid\n0\n"),
    },
    Example {
        title: "strlen and wcslen",
        script: "StringLen = strlen(@rcx + 10); print(StringLen); StringLen = wcslen(@rdx); print(StringLen);\n\
                 print(strlen(\"12345\")); print(wcslen(L\"123456\"));",
        registers: &[("rcx", 0x2000), ("rdx", 0x3000)],
        memory: &[(0x2010, b"abc\0"), (0x3000, b"a\0b\0\0\0")],
        output: Some("3\n2\n5\n6\n"),
    },
    parses(
        "comparing memory and strings",
        "r_ = strcmp(fffff806`6de00000, @rax+c0); strcmp(@rcx, \"Test String\"); strncmp(@rcx, \"Test\", 2);\n\
         wcsncmp(fffff806`6de00000, @rax+c0, 0n12); wcsncmp(@rcx, L\"Test WString\", 12); memcmp(@rax, @rcx, 10);",
    ),
    prints(
        "comparing strings in functions",
        "int check_string() { varf0 = wcsncmp(L\"Test Me String 2\", L\"Test WString\", 4); if (varf0 == 0) { return 22; } else { return 0; }\n\
         return varf0; }\n printf(\"%x %x\\n\", check_string(), strcmp(\"same\", \"same\"));",
        "22 0\n",
    ),
    parses(
        "memcpy",
        "memcpy(fffff806`6de00000 , @rax, 40); memcpy($buffer, @rsp, 16); memcpy_pa(1000, 2000, 8);",
    ),
    prints(
        "memcpy between variables",
        "my_var_1 = 123456; my_var_2 = 0; memcpy( & my_var_2, & my_var_1, 8); print(my_var_2);",
        "123456\n",
    ),
    prints(
        "interlocked functions",
        ".n_ = 5; print(interlocked_increment(&.n_)); print(interlocked_decrement(&.n_)); print(interlocked_exchange(&.n_, 9));\n\
         print(interlocked_exchange_add(&.n_, 1)); print(interlocked_compare_exchange(&.n_, 55, a)); print(.n_);",
        "6\n5\n5\n9\na\n55\n",
    ),
    parses(
        "spinlock_lock_custom_wait",
        "spinlock_lock_custom_wait(&.my_lock_var, 500); spinlock_unlock(&.my_lock_var);",
    ),
    parses(
        "events from a script",
        "event_enable(1); event_disable($event_id); event_clear(2); event_sc(1); event_inject(6, 3);\n\
         event_inject_error_code(3, e, 2); event_trace_step(); event_trace_step_in(); event_trace_step_out();\n\
         event_trace_instrumentation_step(); event_trace_instrumentation_step_in(); pause(); flush();",
    ),
    parses(
        "timing",
        "current_core_tsc = rdtsc(); tsc_ = rdtscp(); microsleep(64);",
    ),
    parses(
        "branch records",
        "lbr_save(); lbr_print(); lbr_dump(); lbr_restore(); lbr_check(); ok_ = lbr_restore_by_filter(1);",
    ),
    parses(
        "addresses",
        "pa_ = virtual_to_physical(@rip); va_ = physical_to_virtual(pa_); n_ = disassemble_len(@rip);\n\
         n_ = disassemble_len64(@rip); n_ = disassemble_len32(@rip); print(poi_pa(pa_)); print(hi_pa(1000) + low_pa(1000));",
    ),
    parses("formats", "formats(@rax + 10); test_statement(5);"),
    // Examples.
    parses(
        "example: a shared variable",
        "if ($context == 0x55) {\n\n\tspinlock_lock(&.my_lock); \n\t\n\t.my_counter = .my_counter + 1;\n\
         \tprintf(\"called %llx times\\n\", .my_counter);\n\t\n\tspinlock_unlock(&.my_lock);\n\n\t}",
    ),
    parses(
        "example: counting an event",
        "\n\t\n\t.Result = interlocked_increment(&.my_counter);\n",
    ),
    parses(
        "example: a caller",
        "\n\n\tif (poi(@rsp) == nt!CmpAllocatePoolWithTag+0x9) {\n\t\tpause();\n\t}\n",
    ),
    Example {
        title: "example: the name of an opened file",
        script: "printf(\"%ws\\n\", dq(poi(r8 + 10) + 0x8));",
        registers: &[("r8", 0x2000)],
        memory: &[
            (0x2010, &[0, 0x30, 0, 0, 0, 0, 0, 0]),
            (0x3008, &[0, 0x40, 0, 0, 0, 0, 0, 0]),
            (0x4000, b"\\\0D\0e\0v\0\0\0"),
        ],
        output: Some("\\Dev\n"),
    },
    Example {
        title: "example: patching the sequence of execution",
        script: "@zf = 0; printf(\"%llx\\n\", @rflags);",
        registers: &[("rflags", 0x246)],
        memory: &[],
        output: Some("206\n"),
    },
    Example {
        title: "example: returning from a hooked function",
        script: "@rip=poi(@rsp); @rsp=@rsp+8; printf(\"%llx %llx\\n\", @rip, @rsp);",
        registers: &[("rsp", 0x2000), ("rip", 0x1234)],
        memory: &[(0x2000, DEADBEEF)],
        output: Some("ffff7080deadbeef 2008\n"),
    },
    // What the engine's public tests show beyond the pages.
    prints(
        "tests: structs",
        "struct Point { int x; int y; }; struct Point v = {1, 0n70}; v.x = 20; v.x += 5; v.y = v.y * 2;\n\
         struct Point w; w = v; v.x = 99; printf(\"%x %d %x\\n\", w.x, w.y, v.x);\n\
         struct Rect { struct Point top_left; struct Point bottom_right; }; struct Rect rect_; rect_.top_left.x = 5;\n\
         struct Rect *p; p = &rect_; p->bottom_right.y = 50; printf(\"%x %x\\n\", p->top_left.x, rect_.bottom_right.y);",
        "25 140 99\n5 50\n",
    ),
    prints(
        "tests: structs in a block, and to themselves",
        "do { struct Node; struct Node { int value; struct Node *next; }; struct Node node; struct Node *p;\n\
         node.value = 0n81; p = &node; if (p->value == 0n81 && (*p).value == 0n81) { printf(\"yes\\n\"); } } while (0);",
        "yes\n",
    ),
    prints(
        "tests: narrow types, casts and typedefs",
        "char signed_byte = 0xff; unsigned char unsigned_byte = 0x12345; int narrow = (int)(unsigned char)0x12345;\n\
         double d_ = (double)narrow; long back = (long)d_; typedef unsigned short word_t; word_t w_ = 0x12345;\n\
         if (signed_byte == -1 && unsigned_byte == 0x45 && narrow == 0x45 && d_ == 69.0 && back == 0n69 &&\n\
         w_ == 0x2345 && sizeof(word_t) == 2 && sizeof(!(char)0) == 4) { printf(\"yes\\n\"); }",
        "yes\n",
    ),
    prints(
        "tests: pointers",
        "char *left = (char *)0xffffffffffffffff; char *right = (char *)0xfffffffffffffff0;\n\
         if (left - right == 0n15 && right - left == -0n15 && (void *)0xffffffffffffffff > (void *)0) { printf(\"yes\\n\"); }\n\
         void change(int *to) { *to = 0n108; to = 0; } int target = 0; int *at_ = &target; change(at_);\n\
         if (target == 0n108 && at_ == &target) { printf(\"yes\\n\"); }",
        "yes\nyes\n",
    ),
    prints(
        "tests: what is not evaluated",
        ".ran = 0; int probe() { .ran = 1; return 1; }\n\
         if (sizeof(probe()) == 4 && .ran == 0 && (1 || 1 / 0) && !(0 && 1 / 0)) { printf(\"yes\\n\"); }",
        "yes\n",
    ),
    prints(
        "tests: a prime sum",
        "sum = 0; for (i = 2; i < 0n100; i++) { for (j = 2; j <= (i / j); j++) { if ((i % j) == 0) { break; } }\n\
         if (j > (i / j)) { sum = sum + i; } } printf(\"%d\\n\", sum);",
        "1060\n",
    ),
];

#[test]
fn every_script_parses() -> Result<(), TestCaseError> {
    for example in EXAMPLES {
        if let Err(error) = crate::script::parse(example.script) {
            panic!(
                "{}: {}",
                example.title,
                crate::Error::new(example.script, error.offset, error.message)
            );
        }
        round_trip::check(example.script)?;
    }
    Ok(())
}

#[test]
fn every_setup_can_be_made() {
    for example in EXAMPLES {
        for (name, _) in example.registers {
            assert!(register::lookup(name).is_some(), "{}: {name}", example.title);
        }
        for (address, bytes) in example.memory {
            assert!(
                !bytes.is_empty() && address.checked_add(bytes.len() as u64).is_some(),
                "{}",
                example.title
            );
        }
        let speaks = example.script.contains("print");
        assert!(speaks || example.output.is_none(), "{}", example.title);
        let titled = EXAMPLES.iter().filter(|other| other.title == example.title);
        assert_eq!(titled.count(), 1, "{}", example.title);
    }
}

/// What the documentation shows but the engine's source has otherwise.
#[test]
fn what_the_pages_have_wrong() {
    for (source, offset) in [
        // The prefix of octal numbers is 0o.
        ("x = 0t17;", 5),
        // A parenthesis too many.
        ("printf(\"Result : %s\", @rcx));", 27),
        // A comma too few.
        ("printf(\"%llx %ws \"dq(@rcx), poi(rax));", 18),
        // No semicolon.
        ("#include \"path/to/script.ds\"", 28),
    ] {
        let error = crate::script::parse(source).expect_err(source);
        assert_eq!(error.offset, offset, "{source}: {}", error.message);
    }
    // `ref` is called `reference`; as a name it is a user's function to the parser.
    assert!(crate::script::parse("x = ref(.my_variable);").is_ok());
}
