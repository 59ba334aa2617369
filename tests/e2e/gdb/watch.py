import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from session import *

connect()
run("set language c")
run("watch *(unsigned long *) &SYNC_WORD")
run("continue")
writer, first = function(), word("SYNC_WORD")
run("continue")
report(writer=writer, difference=word("SYNC_WORD") - first)
run("delete")
run("rwatch *(unsigned long *) &SYNC_WORD")
run("continue")
report(reader=function())
run("delete")
run("detach")
done()
