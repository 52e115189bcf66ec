from django.apps import AppConfig


class WorkcentresConfig(AppConfig):
    name = "loomline.domains.workcentres"
    label = "workcentres"
