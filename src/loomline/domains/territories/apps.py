from django.apps import AppConfig


class TerritoriesConfig(AppConfig):
    name = "loomline.domains.territories"
    label = "territories"
