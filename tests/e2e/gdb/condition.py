import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from session import *

log = os.path.join(tempfile.mkdtemp(), "packets")
run("set remotelogfile " + log)
connect()
run("set breakpoint condition-evaluation target")
run("break leaf if n == 1234")
stops.clear()
run("continue")
argument = value("n")
run("delete")
run("detach")
run("disconnect") if gdb.selected_inferior().connection else None
with open(log) as packets:
    resumes = packets.read().count("vCont;c")
shutil.rmtree(os.path.dirname(log))
report(argument=argument, stops=len(stops), resumes=resumes)
done()
