"""`python -m loomline` is the command `loomline`."""

import sys

from loomline.app.cli import main

sys.exit(main())
