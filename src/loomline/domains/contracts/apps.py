from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "loomline.domains.contracts"
    label = "contracts"
