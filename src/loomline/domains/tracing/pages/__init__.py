"""The pages of tracing: the thread of one order line, and the stages of all of them."""

from django.urls import path

from loomline.domains.tracing.pages.delay import delay, ways
from loomline.domains.tracing.pages.stages import stages
from loomline.domains.tracing.pages.thread import line_thread, steps, thread, thread_here

__all__ = ["delay", "line_thread", "steps", "thread", "thread_here", "ways"]

urlpatterns = [path("thread/<int:pk>/", thread, name="thread"), path("stages/", stages)]
