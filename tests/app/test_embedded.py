"""The embedded database starts, recovers, and says what is wrong."""

from __future__ import annotations

import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_tests_have_a_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 40 + 2")
        assert cursor.fetchone() == (42,)
