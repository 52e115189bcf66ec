from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "loomline.domains.catalog"
    label = "catalog"
