from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "loomline.domains.approvals"
    label = "approvals"
