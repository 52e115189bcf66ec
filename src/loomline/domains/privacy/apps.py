from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "loomline.domains.privacy"
    label = "privacy"
