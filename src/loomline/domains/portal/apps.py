from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "loomline.domains.portal"
    label = "portal"
