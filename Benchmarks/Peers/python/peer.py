"""What every Python driver's program has in common: the clock, and the conversation with compare.py."""

import asyncio
import sys
import time


class Clock:
    """Runs from its making until it is asked; processor time is that of all threads."""

    def __init__(self):
        self.cpu, self.start = time.process_time(), time.perf_counter()

    def outcome(self, operations, integers=0, doubles=0.0):
        seconds, cpu = time.perf_counter() - self.start, time.process_time() - self.cpu
        return operations, seconds, cpu, integers, doubles


def serve(version, cases):
    """Answers each line of the input, `case count rows [path]`, with what `cases` measured."""
    print("ready", version, *cases, flush=True)
    for line in sys.stdin:
        case, count, rows, *path = line.rstrip("\n").split(" ", 3)
        try:
            print("done", *cases[case](int(count), int(rows), *path), flush=True)
        except Exception as error:
            print("failed", repr(error).replace("\n", " "), flush=True)


def new_loop():
    """The loop that asyncpg's documentation measures with, where there is one."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def on_loop(loop, function):
    """A case whose function is asynchronous."""
    return lambda *arguments: loop.run_until_complete(function(*arguments))
