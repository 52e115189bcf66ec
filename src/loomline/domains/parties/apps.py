from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "loomline.domains.parties"
    label = "parties"
