import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from session import *

connect()
stops.clear()
for _ in range(5):
    interrupt_after(0.2)
    run("continue")
report(interrupts=stops.count(["signal", "SIGINT"]))
run("info threads")
run("detach")
done()
