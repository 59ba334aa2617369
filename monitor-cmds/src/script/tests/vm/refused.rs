//! Scripts that the compiler refuses, and where.

use super::fails;

#[test]
fn the_place_is_that_of_the_fault() {
    for (source, text) in [
        (
            "x = 1; y = z + 1;",
            "11: Syntax Error: Unresolved Variable: 'z' was not assigned before",
        ),
        (
            "x = 1 + poi(1, 2);",
            "8: Syntax Error: Invalid Syntax: 'poi' takes 1 argument, not 2",
        ),
        (
            "eb(1);",
            "0: Syntax Error: Invalid Syntax: 'eb' takes 2 arguments, not 1",
        ),
        (
            "x = print(1);",
            "4: Syntax Error: Invalid Syntax: 'print' gives no value",
        ),
        (
            "x = 5 + print(1);",
            "8: Syntax Error: Invalid Syntax: 'print' gives no value",
        ),
        (
            "typedef void nothing; nothing v = 1;",
            "30: Syntax Error: Undefined Variable Type: void has no size",
        ),
        (
            "#include \"x.ds\";",
            "0: Syntax Error: Invalid Syntax: \"x.ds\" was not put in",
        ),
        ("int print(int n) { return n; }", "4: Syntax Error"),
        ("int v = {1, 2};", "8: Syntax Error: Invalid Syntax: expected"),
        (
            "void tt(int n, int n) { }",
            "19: Syntax Error: Invalid Syntax: parameter 'n' is there twice",
        ),
    ] {
        let error = fails(source);
        assert!(error.starts_with(text), "{source}: {error}");
    }
}
