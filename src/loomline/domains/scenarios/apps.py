from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    name = "loomline.domains.scenarios"
    label = "scenarios"
