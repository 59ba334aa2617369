import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from session import *

connect()
run("break kernel_main")
run("continue")
report(function=function())
run("delete")
run("detach")
done()
