from django.apps import AppConfig


class ProcurementConfig(AppConfig):
    name = "loomline.domains.procurement"
    label = "procurement"
