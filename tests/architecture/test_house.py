"""The house is in order: contracts, rules, sizes, migrations, start-up weight, locks."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
HEAVY = (
    *("pandas", "numpy", "scipy", "sklearn", "lightgbm", "statsforecast", "ortools", "pyvrp", "pyarrow"),
    *("statsmodels", "matplotlib", "fugue", "pyspark"),
    *(
        "holidays",
        "pint",
        "openpyxl",
        "xlsxwriter",
        "python_calamine",
        "typst",
        "zint",
        "matplotlib",
        "httpx",
    ),
)


def answer_of(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


def test_imports_point_down() -> None:
    answer = answer_of(str(BIN / "lint-imports"), "--no-cache")

    assert answer.returncode == 0, answer.stdout


def test_the_rules_of_the_house_hold() -> None:
    answer = answer_of(sys.executable, "tools/lint_rules.py")

    assert answer.stdout == "The rules of the house hold.\n"


def test_nothing_heavy_is_loaded_at_the_start() -> None:
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'loomline.app.settings'\n"
        "import django; django.setup(); import loomline.app.urls\n"
        f"print(','.join(name for name in {HEAVY!r} if name in sys.modules))"
    )

    answer = answer_of(sys.executable, "-c", code)

    assert (answer.stdout, answer.stderr) == ("\n", "")


def test_an_engine_loads_its_libraries_when_it_runs() -> None:
    code = (
        "import pkgutil, sys; from importlib import import_module; import loomline.engines as home\n"
        "names = [m.name for m in pkgutil.walk_packages(home.__path__, 'loomline.engines.')]\n"
        "assert len(names) > 100, names\n"
        "for name in names: import_module(name)\n"
        f"print(','.join(name for name in {(*HEAVY, 'django')!r} if name in sys.modules))"
    )

    answer = answer_of(sys.executable, "-c", code)

    assert (answer.stdout, answer.stderr) == ("\n", "")


@pytest.mark.parametrize("lock", sorted(path.name for path in (ROOT / "requirements").glob("*.txt")))
def test_a_lock_names_no_address_and_hashes_everything(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    pins = re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]+\])?==", text, flags=re.MULTILINE)
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)

    assert re.findall(r"https?:|file:|--index|--find-links|--trusted", text) == []
    assert pins
    assert [block.split("==")[0] for block in blocks[1:] if "--hash=sha256:" not in block] == []


def test_each_lock_holds_what_is_asked_for() -> None:
    for asked in sorted((ROOT / "requirements").glob("*.in")):
        lock = asked.with_suffix(".txt").read_text().lower()
        for line in asked.read_text().splitlines():
            name, _, version = re.sub(r"\[.*?\]", "", line).partition("==")
            assert f"{name.lower()}=={version} " in re.sub(r"\[.*?\]", "", lock), f"{line} of {asked.name}"


def test_a_wheel_asks_for_what_the_core_lock_was_made_from() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    core = (ROOT / "requirements" / "core.in").read_text().split()

    assert sorted(project["dependencies"]) == sorted(core)


@pytest.mark.parametrize("extra", ["planning", "spark"])
def test_an_extra_asks_for_what_its_lock_was_made_from(extra: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = (ROOT / "requirements" / f"{extra}.in").read_text().split()

    assert sorted(project["optional-dependencies"][extra]) == sorted(asked)


def test_npm_packages_are_locked_without_an_address() -> None:
    text = (ROOT / "package-lock.json").read_text()

    assert '"resolved"' not in text
    assert text.count('"integrity": "sha512-') > 10
