"""What the gdb scripts share. A script ends with done(); results go to the test by report()."""

import json
import os
import signal
import threading

import gdb

stops = []


def report(**values):
    print("\nRESULT " + json.dumps(values), flush=True)


def done():
    print("\nSCRIPT-DONE", flush=True)


def run(command):
    """Runs a gdb command; gives what it printed."""
    print("(gdb) " + command, flush=True)
    text = gdb.execute(command, to_string=True)
    print(text, end="", flush=True)
    return text


def error(command):
    """The message of the error that the command must end in; empty when it ends in none."""
    try:
        run(command)
    except gdb.error as problem:
        print(problem, flush=True)
        return str(problem)
    return ""


def connect():
    run("set pagination off")
    run("set tcp connect-timeout 30")
    run("set remotetimeout 10")
    gdb.events.stop.connect(_stopped)
    run("target remote 127.0.0.1:" + os.environ["STUB_HV_PORT"])


def _stopped(event):
    if isinstance(event, gdb.BreakpointEvent):
        stops.append(["breakpoint"] + [b.number for b in event.breakpoints])
    elif isinstance(event, gdb.SignalEvent):
        stops.append(["signal", event.stop_signal])
    else:
        stops.append(["other"])


def value(expression):
    """An integer as the guest has it, with C's rules and without a sign."""
    language = gdb.parameter("language")
    gdb.execute("set language c", to_string=True)
    number = int(gdb.parse_and_eval(expression))
    gdb.execute("set language " + language, to_string=True)
    return number & 0xFFFFFFFFFFFFFFFF


def register(name):
    return value("$" + name)


def word(symbol):
    """The 64-bit word of that symbol."""
    return value("*(unsigned long *) &" + symbol)


def interrupt_after(seconds):
    """Presses Ctrl-C later, from a thread: the command in between may block."""
    timer = threading.Timer(seconds, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.daemon = True
    timer.start()
    return timer


def function():
    return gdb.selected_frame().name()


def thread():
    return gdb.selected_thread().num
