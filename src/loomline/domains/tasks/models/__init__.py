"""Tasks and notices."""

from loomline.domains.tasks.models.notice import Mute, Notice, NoticeChoice, NoticeKind, Way
from loomline.domains.tasks.models.task import Task, TaskState

__all__ = ["Mute", "Notice", "NoticeChoice", "NoticeKind", "Task", "TaskState", "Way"]
