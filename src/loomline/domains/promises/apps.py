from django.apps import AppConfig


class PromisesConfig(AppConfig):
    name = "loomline.domains.promises"
    label = "promises"
