import sys, os
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from session import *

connect()
run("info registers rip")
run("break leaf")
run("continue")
report(function=function(), thread=thread())
run("delete")
run("detach")
done()
