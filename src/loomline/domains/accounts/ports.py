"""What accounts asks of the domains above it."""

from loomline.kernel.reach import parties_of, territories_of

__all__ = ["parties_of", "territories_of"]
