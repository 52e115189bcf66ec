"""Whatever a program sends, the API answers as its description says, and never with a fault of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from loomline.domains.accounts import commands as accounts
from loomline.domains.accounts.models import User
from loomline.kernel.context import Ctx

EXAMPLES = int(os.environ.get("LOOMLINE_FUZZ", "2"))
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
# Time is counted for the whole suite; the first example of a large body may take its while.
HURRIED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The handler closes connections between requests; here the test holds the only one there is."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
@pytest.mark.usefixtures("one_connection")
def test_every_endpoint_keeps_to_its_description(
    ctx: Ctx, admin: User, rows: dict[str, Any], subtests: pytest.Subtests
) -> None:
    token = accounts.make_token(ctx, name="Robot", scopes=["*"], expires_on=ctx.today + timedelta(days=900))
    headers = {"Authorization": f"Bearer {token.secret}"}
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", WSGIHandler())
    for found in schema.get_all_operations():
        operation = found.ok()
        with subtests.test(operation=operation.label):

            @HURRIED
            @given(case=operation.as_strategy())
            def keeps(case: Any) -> None:
                answer = case.call(headers={**(case.headers or {}), **headers})
                case.validate_response(answer, checks=CHECKS)

            keeps()
