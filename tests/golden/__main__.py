"""python -m tests.golden DIR: compare this implementation with the reference numbers in DIR."""

import sys

from tests.golden.check import main

sys.exit(main())
