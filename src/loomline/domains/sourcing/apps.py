from django.apps import AppConfig


class SourcingConfig(AppConfig):
    name = "loomline.domains.sourcing"
    label = "sourcing"
