"""``python -m qa``: the command line."""

import os
import sys

# What numpy multiplies here is small: a second thread gains nothing, and waits whenever the machine has other work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from qa.cli import main

sys.exit(main())
