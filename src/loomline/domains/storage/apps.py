from django.apps import AppConfig


class StorageConfig(AppConfig):
    name = "loomline.domains.storage"
    label = "storage"
