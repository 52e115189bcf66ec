from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "loomline.domains.ledger"
    label = "ledger"
