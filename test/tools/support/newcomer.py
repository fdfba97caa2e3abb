#!/usr/bin/env python3
# newcomer.py COMMANDS [TEXT KEYS]...: runs commands as somebody at a terminal does. When TEXT has been said, KEYS are pressed, once each, in this order. What
# Ctrl-C has ended has ended well.
import os
import pty
import sys

asked = [(text.encode(), keys.encode()) for text, keys in zip(sys.argv[2::2], sys.argv[3::2])]
said = b""
interrupted = False


def read(terminal):
    global said, interrupted
    data = os.read(terminal, 65536)
    said += data
    if asked and asked[0][0] in said:
        keys = asked.pop(0)[1]
        os.write(terminal, keys)
        interrupted = keys == b"\x03"
        said = b""
    return data


status = os.waitstatus_to_exitcode(pty.spawn(["/bin/bash", "-euo", "pipefail", "-c", sys.argv[1]], read))
sys.exit("nothing was asked for that was to be answered" if asked else 0 if interrupted else status)
