"""Every Resource and every command has its endpoint, described in OpenAPI, that refuses what it must."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.kernel import access
from loomline.kernel.audit import Activity, Change
from loomline.kernel.command import Command
from loomline.kernel.command import registry as commands
from loomline.surface import api, api_urls, registry

pytestmark = pytest.mark.slow

DOCUMENT = "/api/openapi.json"
PROBLEM = "application/problem+json"
BAD_PAGES = (
    {"after": "!!!"},
    {"sort": "no_such_column"},
    {"limit": "0"},
    {"no_such_filter": "1"},
    {"limit": "a"},
)


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    return json.loads(api._openapi(api_urls.built, None).content)  # type: ignore[arg-type]


def resources() -> list[Any]:
    return sorted(registry.resources.values(), key=lambda r: r.name)


def open_commands() -> list[Command[Any, Any]]:
    return sorted((c for c in commands.values() if api.is_open(c)), key=lambda c: c.name)


def address(resource: Any) -> str:
    return f"/api/v1/{resource.name.replace('.', '/')}"


def test_every_resource_lists_and_shows_its_rows(
    client: Client, rows: dict[str, Any], subtests: pytest.Subtests
) -> None:
    for resource in resources():
        record = rows[resource.name]
        with subtests.test(resource=resource.name):
            listed = client.get(address(resource))
            assert listed.status_code == 200
            body = listed.json()
            assert record.pk in [row["id"] for row in body["items"]]
            assert body["count"] == len(body["items"])
            names = {"id", "text", *(c.name for c in resource.columns)}
            assert set(body["items"][0]) == names
            shown = client.get(f"{address(resource)}/{record.pk}")
            assert (shown.status_code, shown.json()["id"], set(shown.json())) == (200, record.pk, names)


def test_every_list_refuses_what_it_does_not_know(client: Client, subtests: pytest.Subtests) -> None:
    for resource in resources():
        for params in BAD_PAGES:
            with subtests.test(resource=resource.name, params=params):
                answer = client.get(address(resource), params)
                assert (answer.status_code, answer.headers["Content-Type"]) == (400, PROBLEM)


def test_a_stranger_gets_an_empty_list_and_a_404(
    stranger_client: Client, rows: dict[str, Any], subtests: pytest.Subtests
) -> None:
    for resource in resources():
        record = rows[resource.name]
        with subtests.test(resource=resource.name):
            listed = stranger_client.get(address(resource))
            assert record.pk not in [row["id"] for row in listed.json()["items"]]
            assert stranger_client.get(f"{address(resource)}/{record.pk}").status_code == 404


def test_nobody_gets_in_without_signing_in(db: None, subtests: pytest.Subtests) -> None:
    client = Client()
    for resource in resources():
        with subtests.test(resource=resource.name):
            assert client.get(address(resource)).status_code == 401
    assert (
        client.get(address(resources()[0]), headers={"Authorization": "Bearer nonsense"}).status_code == 401
    )


def test_every_resource_is_described(subtests: pytest.Subtests) -> None:
    paths = _document()["paths"]
    for resource in resources():
        with subtests.test(resource=resource.name):
            many, one = paths[address(resource)], paths[f"{address(resource)}/{{pk}}"]
            named = {p["name"] for p in many["get"]["parameters"]}
            assert {"q", "sort", "limit", "after", "before", *(f.name for f in resource.filters)} <= named
            assert ("post" in many) is (resource.creator() is not None)
            assert ("patch" in one) is bool(resource.edit and resource.form)
            assert ("delete" in one) is bool(resource.delete)


def test_every_command_is_described_with_its_parameters(subtests: pytest.Subtests) -> None:
    document = _document()
    for command in open_commands():
        with subtests.test(command=command.name):
            told = document["paths"][f"/api/v1/commands/{command.domain}/{command.verb}"]["post"]
            schema = told["requestBody"]["content"]["application/json"]["schema"]
            body = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
            assert set(body.get("properties", {})) == set(command.parameters)
            required = {p.name for p in command.parameters.values() if p.required}
            assert set(body.get("required", [])) == required
            assert told["summary"] == command.doc.split("\n")[0]


def _body(schema: dict[str, Any], document: dict[str, Any], depth: int = 0) -> Any:
    """The smallest body that fits a schema."""
    if "$ref" in schema:
        return _body(
            document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]], document, depth + 1
        )
    if "anyOf" in schema:
        return _body(schema["anyOf"][0], document, depth)
    if "enum" in schema or "const" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    match schema.get("type"):
        case "object":
            wanted = schema.get("required", [])
            return (
                {name: _body(schema["properties"][name], document, depth) for name in wanted}
                if depth < 6
                else {}
            )
        case "array":
            return [_body(schema["items"], document, depth + 1)] if depth < 6 else []
        case "integer":
            return 1
        case "number":
            return 1
        case "boolean":
            return True
        case "string":
            return {"date": "2026-11-23", "date-time": "2026-11-23T09:00:00Z"}.get(
                schema.get("format", ""), "x"
            )
        case _:
            return None


def test_every_command_is_refused_without_permission_and_nothing_changes(
    stranger_client: Client, stranger: User, rows: dict[str, Any], subtests: pytest.Subtests
) -> None:
    document = _document()
    before = (Activity.objects.count(), Change.objects.count())
    everybodys = [c for c in open_commands() if access.level_of(stranger, c.name) > access.Level.NONE]
    # What everybody may do is about themselves; nothing of it touches the company's records. The rows of an
    # import of one's own need the permission of their kind.
    assert {c.domain for c in everybodys} <= {"accounts", "intake", "kernel"}
    for command in open_commands():
        if command in everybodys:
            continue
        with subtests.test(command=command.name):
            path = f"/api/v1/commands/{command.domain}/{command.verb}"
            schema = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
            answer = stranger_client.post(path, _body(schema, document), content_type="application/json")
            assert answer.status_code == 403, answer.content[:300]
            assert answer.json()["code"] == "NotPermitted"
            assert command.name in answer.json()["detail"]
    assert (Activity.objects.count(), Change.objects.count()) == before


NONSENSE = (
    b"",
    b"[]",
    b"null",
    b'{"no_such_field": 1}',
    b"{",
    b'{"a": "\\u0000"}',
    b"\xff\xfe",
    b'{"id": 1e400}',
)


def test_nonsense_is_told_from_sense_and_changes_nothing(
    client: Client, rows: dict[str, Any], admin: User, subtests: pytest.Subtests
) -> None:
    before = Activity.objects.count()
    addresses = [
        f"/api/v1/commands/{c.domain}/{c.verb}"
        for c in open_commands()
        if any(p.required for p in c.parameters.values())
    ]
    addresses += [address(r) for r in resources() if r.creator() is not None]
    for number, path in enumerate(addresses):
        # Two kinds of nonsense each, all kinds in turn: what reads them is the same for every address.
        for body in (NONSENSE[number % len(NONSENSE)], NONSENSE[(number + 3) % len(NONSENSE)]):
            with subtests.test(path=path, body=body):
                answer = client.post(path, body, content_type="application/json")
                assert 400 <= answer.status_code < 500, (answer.status_code, answer.content[:200])
                assert answer.headers["Content-Type"] == PROBLEM
    assert Activity.objects.count() == before


def test_a_cross_site_post_is_refused(admin: User, rows: dict[str, Any]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin)
    answer = client.post("/api/v1/accounts/teams", {"name": "Forged"}, content_type="application/json")
    assert answer.status_code == 403
    assert client.get("/api/v1/accounts/teams", {"q": "Forged"}).json()["items"] == []
