from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    name = "loomline.domains.returns"
    label = "returns"
