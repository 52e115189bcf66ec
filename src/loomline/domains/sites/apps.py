from django.apps import AppConfig


class SitesConfig(AppConfig):
    name = "loomline.domains.sites"
    label = "sites"
