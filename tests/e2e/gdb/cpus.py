import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from session import *


def second():
    run("thread 2")
    state = (register("pc"), register("rax"), register("rcx"))
    run("thread 1")
    return state


connect()
report(threads=len(gdb.selected_inferior().threads()), listing=run("info threads"))
run("break leaf")
run("continue")
report(function=function())
run("set scheduler-locking on")
before = second()
for _ in range(5):
    run("next")
run("stepi 10")
report(moved_when_locked=int(second() != before))
run("set scheduler-locking step")
for _ in range(3):
    run("step")
report(thread_after_step=thread())
run("set scheduler-locking off")
run("next")
run("delete")
run("detach")
done()
