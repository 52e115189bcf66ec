"""The pages of accounts, under their addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from loomline.domains.accounts.pages import account, factor, frame, gate, letters, rights, settings, tokens

urlpatterns: list[URLPattern] = [
    path("sign-in/", gate.sign_in),
    path("sign-in/code/", gate.sign_in_code),
    path("sign-out/", gate.sign_out),
    path("forgot-password/", letters.forgot_password),
    path("new-password/<str:secret>/", letters.new_password),
    path("welcome/<str:secret>/", letters.welcome),
    path("new-address/<str:secret>/", letters.new_address),
    path("account/", account.profile),
    path("account/confirm/", frame.confirm),
    path("account/email/", account.email),
    path("account/password/", account.password),
    path("account/sessions/", account.sessions),
    path("account/sessions/end-others/", account.end_other_sessions),
    path("account/sessions/<int:pk>/end/", account.end_session),
    path("account/second-factor/", factor.second_factor),
    path("account/second-factor/set-up/", factor.set_up),
    path("account/second-factor/recovery-codes/", factor.recovery_codes),
    path("account/second-factor/turn-off/", factor.turn_off),
    path("account/tokens/", tokens.tokens),
    path("account/tokens/<int:pk>/revoke/", tokens.revoke),
    path("settings/", settings.settings),
    path("settings/rights/", rights.matrix),
    path("settings/rights/<int:pk>/", rights.role),
    path("settings/rights/<int:pk>/<slug:domain>/", rights.role),
]
