from django.apps import AppConfig


class ScanningConfig(AppConfig):
    name = "loomline.domains.scanning"
    label = "scanning"
