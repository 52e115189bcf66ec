from django.apps import AppConfig


class RequisitionsConfig(AppConfig):
    name = "loomline.domains.requisitions"
    label = "requisitions"
