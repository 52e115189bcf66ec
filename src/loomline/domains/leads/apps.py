from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "loomline.domains.leads"
    label = "leads"
