"""Measurements, one file per claim: each prints its figures beside those of a peer or limit of the same run.

A benchmark is a process with an installation of its own. Settings are read once and models need them, so
the package points the process at an empty data folder before the first file of it is read.
"""

from __future__ import annotations

import atexit
import gc
import multiprocessing
import os
import shutil
import tempfile
from pathlib import Path

import django

from loomline.app import environment


def _own_installation() -> Path:
    """An empty data folder and no other settings; a process started by a benchmark keeps its parent's."""
    # A started process has its name before it imports anything, but no parent yet.
    if multiprocessing.current_process().name == "MainProcess":
        # Which programs and account run the server is the machine's matter, not the installation's.
        for name in {s.name for s in environment.SETTINGS} - {"LOOMLINE_PG_BIN", "LOOMLINE_PG_USER"}:
            os.environ.pop(name, None)
        folder = Path(tempfile.mkdtemp(prefix="loomline-bench-"))
        # The account that runs the database when root started us must be able to pass.
        folder.chmod(0o711)
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ["LOOMLINE_DATA"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "loomline.app.settings"
    django.setup()
    # As the worker and the command line do it.
    gc.freeze()
    return Path(os.environ["LOOMLINE_DATA"])


FOLDER = _own_installation()
