"""What the importer knows of the lists: their targets, how a file is read into them, what they take."""

from loomline.domains.intake.models import ImportRun
from loomline.domains.intake.resources.destinations import destination
from loomline.domains.intake.resources.reading import incoming
from loomline.kernel.access import everyone, govern, own

__all__ = ["destination", "incoming"]

govern(ImportRun, own("owner") | everyone())
