import os, sys, tempfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from session import *

connect()
with tempfile.TemporaryDirectory() as folder:
    script = os.path.join(folder, "count.ds")
    with open(script, "w") as file:
        file.write("// a brace } in a comment\n? {\n  .seen = .seen + 1;\n  printf(\"seen %llx\\n\", .seen);\n}\n")
    include = 'hv ? { #include "%s"; }' % script
    report(first=run(include), second=run(include))
    report(missing=error('hv ? { #include "%s/none.ds"; }' % folder))
# Without the client's help the hypervisor says whose work it is.
report(plain=run('monitor ? { #include "some.ds"; }'))
os.environ["STUB_HV_RESOLVER"] = "/nowhere/to/be/found"
report(unknown=error(include))
run("detach")
done()
