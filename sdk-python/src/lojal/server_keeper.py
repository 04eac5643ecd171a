"""Runs a server as long as somebody holds the other end of standard input, and stops it when nobody does.

A process that is killed cannot stop what it started, but the system closes its pipes: so this small process, which
`lojal.local` starts, reads one. Where the keeper itself is killed, Linux ends the server (PR_SET_PDEATHSIG); elsewhere
it stays. Run as a program: `server_keeper.py DIRECTORY-TO-REMOVE|"" BINARY ARGUMENTS...`.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading

PR_SET_PDEATHSIG = 1
DRAINS_WITHIN_SECONDS = 20


def main(remove: str, *command: str) -> int:
    """Runs the command, and returns its exit code."""
    # nothing else runs in here yet, so that code before exec is safe
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=end_with_parent)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    threading.Thread(target=stop_when_alone, args=(server,), daemon=True).start()
    code = server.wait()
    if remove:
        shutil.rmtree(remove, ignore_errors=True)
    return code if code >= 0 else 128 - code


def end_with_parent() -> None:
    """Has the system end this process with its parent, where it can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def stop_when_alone(server: subprocess.Popen[bytes]) -> None:
    """Waits for the end of standard input, then stops the server: in order, and at once if that takes too long."""
    while os.read(0, 4096):
        pass
    server.terminate()
    try:
        server.wait(DRAINS_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()


if __name__ == "__main__":
    code = main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # the thread may still read
