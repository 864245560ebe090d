"""Settings are read in fresh processes, since they are decided when they are imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAFE = {
    "ATTUNE_ENV": "production",
    "SECRET_KEY": "c0mpletely-random-and-long-enough-for-anybody-to-be-content-with-it",
    "ALLOWED_HOSTS": "attune.example.com",
    "DATABASE_URL": "postgresql://attune@db.example.com/attune",
    "CACHE_URL": "redis://cache.example.com",
    "BROKER_URL": "amqp://broker.example.com",
}
QUIET = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}


def read_settings(environment, tmp_path, code="print('read')"):
    home = {"ATTUNE_HOME": str(tmp_path / "home")}
    return subprocess.run(
        [sys.executable, "-c", f"import config.settings as settings; {code}"],
        env={**QUIET, **home, **environment},
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


def test_production_starts_when_everything_is_said(tmp_path):
    answer = read_settings(SAFE, tmp_path)

    assert answer.stdout == "read\n", answer.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "CACHE_URL", "BROKER_URL"])
@pytest.mark.parametrize("value", [None, ""])
def test_production_refuses_to_start_without_a_needed_variable(name, value, tmp_path):
    environment = {key: text for key, text in SAFE.items() if key != name} | ({} if value is None else {name: value})

    answer = read_settings(environment, tmp_path)

    assert answer.returncode != 0
    assert f"{name} is not set" in answer.stderr


@pytest.mark.parametrize("name", ["DEBUG", "STOREFRONT"])
def test_production_refuses_to_start_with_what_would_be_unsafe(name, tmp_path):
    answer = read_settings(SAFE | {name: "1"}, tmp_path)

    assert answer.returncode != 0
    assert f"{name} is on" in answer.stderr


def test_an_unknown_world_is_refused(tmp_path):
    answer = read_settings({"ATTUNE_ENV": "staging"}, tmp_path)

    assert answer.returncode != 0
    assert "ATTUNE_ENV" in answer.stderr


def test_importing_settings_starts_no_service(tmp_path):
    answer = read_settings({}, tmp_path, code="print(settings.DATABASE_URL)")

    assert answer.returncode == 0, answer.stderr
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["secret_key"]


def test_the_generated_secret_stays_and_is_private(tmp_path):
    first = read_settings({}, tmp_path, code="print(settings.SECRET_KEY)")
    second = read_settings({}, tmp_path, code="print(settings.SECRET_KEY)")

    assert len(first.stdout) > 50
    assert first.stdout == second.stdout
    assert (tmp_path / "home/secret_key").stat().st_mode & 0o777 == 0o600


def test_a_given_url_is_used_as_it_is(tmp_path):
    answer = read_settings(
        {"DATABASE_URL": "postgresql://me@db.example.com:5433/mine"},
        tmp_path,
        code="print({key: settings.DATABASES['default'][key] for key in ('HOST', 'PORT', 'NAME')})",
    )

    assert answer.stdout == "{'HOST': 'db.example.com', 'PORT': 5433, 'NAME': 'mine'}\n", answer.stderr


@pytest.mark.parametrize("share", ["0.6", "0.001", "-0.1", "nan"])
def test_a_canarys_share_out_of_range_stops_the_start(share, tmp_path):
    answer = read_settings(SAFE | {"RECOMMENDER_CANARY_SHARE": share}, tmp_path)

    assert answer.returncode != 0
    assert "RECOMMENDER_CANARY_SHARE" in answer.stderr
