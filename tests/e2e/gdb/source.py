import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from session import *


def line():
    return gdb.selected_frame().find_sal().line


connect()
run("tbreak outer")
run("continue")
lines = [line()]
for _ in range(3):
    run("next")
    lines.append(line())
report(lines_of_next=len(set(lines)))
report(locals=run("info locals"))
for _ in range(10):
    if function().endswith("inner"):
        break
    run("step")
report(stepped_into=function())
run("tbreak leaf")
run("continue")
run("next")
frames = [function()]
frame = gdb.selected_frame()
while frame.older() is not None and len(frames) < 30:
    frame = frame.older()
    frames.append(frame.name() or "?")
report(frames=" ".join(frames), n=value("n"))
run("bt")
run("up 2")
report(up=function())
run("down 2")
# To the end of the loop: a breakpoint on the line behind it, as `until LINE` sets.
run("until %d" % (line() + 5))
report(sum=value("sum"))
run("until")
run("tbreak leaf")
run("continue")
argument = value("n")
run("finish")
report(finished_in=function(), returned=value("$1"), expected=3 * argument)
run("detach")
done()
