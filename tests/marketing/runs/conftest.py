"""A slot whose runs do as they are told, in this process and in those that it starts."""

import pytest


@pytest.fixture
def scripted(settings):
    """The slot “scripted”, for what happens in this process."""
    settings.RUN_KINDS = {**settings.RUN_KINDS, "scripted": "tests.marketing.runs.scripted_kind.Scripted"}
    return "scripted"


@pytest.fixture
def scripted_processes(scripted, process_environment, monkeypatch):
    """The same slot in processes started from here, which work on this test's database and store."""
    for name, value in process_environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.marketing.runs.scripted_settings")
    # Reports come every quarter of it, and cancelling is noticed with the next.
    monkeypatch.setenv("RUN_LEASE_SECONDS", "8")
    return scripted
