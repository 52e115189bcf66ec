from django.apps import AppConfig


class PricingConfig(AppConfig):
    name = "loomline.domains.pricing"
    label = "pricing"
