"""One thread for every process that a test starts: Accelerate warns where the number is not set, and warnings are errors here."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
