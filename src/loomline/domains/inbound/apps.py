from django.apps import AppConfig


class InboundConfig(AppConfig):
    name = "loomline.domains.inbound"
    label = "inbound"
