"""Runs a command within limits: `limited.py fsize=BYTES|as=BYTES COMMAND …`."""

import os
import resource
import sys

name, _, number = sys.argv[1].partition("=")
kind = {"fsize": resource.RLIMIT_FSIZE, "as": resource.RLIMIT_AS}[name]
resource.setrlimit(kind, (int(number), int(number)))
os.execv(sys.argv[2], sys.argv[2:])
