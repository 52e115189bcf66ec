"""`python -m loomline` is the command `loomline`."""

import sys

from loomline.app.entry import main

sys.exit(main())
