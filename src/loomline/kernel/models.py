"""The kernel's own tables, where Django looks for them."""

from loomline.kernel.audit import Activity, Change
from loomline.kernel.company import Company
from loomline.kernel.custom import CustomField
from loomline.kernel.event import EventAbout, StoredEvent
from loomline.kernel.idempotency import IdempotencyKey
from loomline.kernel.job import JobRun
from loomline.kernel.number import Series

__all__ = [
    "Activity",
    "Change",
    "Company",
    "CustomField",
    "EventAbout",
    "IdempotencyKey",
    "JobRun",
    "Series",
    "StoredEvent",
]
