from django.apps import AppConfig


class TaxesConfig(AppConfig):
    name = "loomline.domains.taxes"
    label = "taxes"
