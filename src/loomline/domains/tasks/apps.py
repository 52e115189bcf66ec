from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "loomline.domains.tasks"
    label = "tasks"
