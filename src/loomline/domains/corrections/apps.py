from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    name = "loomline.domains.corrections"
    label = "corrections"
