import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from session import *

connect()
info = run("info threads")
report(threads=len(gdb.selected_inferior().threads()), info=info)


def place(number):
    run("thread %d" % number)
    return register("rip"), register("rax"), register("rcx"), register("rsp"), register("rdi")


def spin(seconds):
    """Runs the guest for so long; Ctrl-C ends it."""
    interrupt_after(seconds)
    run("continue")


interrupts = 0
for _ in range(10):
    before = len(stops)
    spin(0.1)
    interrupts += stops[before:] == [["signal", "SIGINT"]]
report(interrupts=interrupts)

# With the lock on, only the selected CPU runs.
run("set scheduler-locking on")
held = True
other = place(2)
run("thread 1")
for _ in range(5):
    run("stepi")
spin(0.2)
held = held and place(2) == other
report(held=held)

run("set scheduler-locking off")
ran = False
for _ in range(5):
    other = place(2)
    run("thread 1")
    spin(0.1)
    ran = ran or place(2) != other
report(ran=ran)

# Steps of each CPU stay on it.
stepped = True
for number in (1, 2):
    run("thread %d" % number)
    for _ in range(20):
        run("stepi")
        stepped = stepped and thread() == number
report(stepped=stepped)
run("detach")
done()
