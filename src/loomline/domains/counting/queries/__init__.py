"""What is to be counted, how right the books were, and which items matter most."""

from loomline.domains.counting.queries.accuracy import Accuracy, accuracy_of
from loomline.domains.counting.queries.due import classes_by_use, to_count

__all__ = ["Accuracy", "accuracy_of", "classes_by_use", "to_count"]
