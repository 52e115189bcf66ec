"""Check a proof of the verifiable log, without a database and without trust in who sent it.

  loomline verify PROOF.json --key log.example/orders+deadbeef+AQID...
  loomline verify PROOF.json --key key.txt --show

The end: 0 everything is proven, 1 something is not, 2 the file cannot be read or is no proof file, 3 the
version of the file is not known. The same check runs without Loomline: copy engines/merkle/verify.py and run
python verify.py PROOF.json. Its --help describes the file.
"""

from __future__ import annotations

import argparse

from loomline.app.environment import Environment
from loomline.engines.merkle import verify


def arguments(parser: argparse.ArgumentParser) -> None:
    """The proof files and the keys that the reader trusts."""
    verify.arguments(parser)


def run(options: argparse.Namespace, env: Environment) -> int:
    """Check and tell."""
    return verify.run(options)
