from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "loomline.domains.planning"
    label = "planning"
