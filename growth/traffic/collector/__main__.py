"""``python -m growth.traffic.collector ROOT``: the process that `process.StoringProcess` starts."""

import sys
from pathlib import Path

from growth.traffic.collector.process import main

main(Path(sys.argv[1]))
