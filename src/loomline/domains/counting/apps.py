from django.apps import AppConfig


class CountingConfig(AppConfig):
    name = "loomline.domains.counting"
    label = "counting"
