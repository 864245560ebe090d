"""No container engine is needed: the files are read, and what they name has to exist."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker/compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
# Read by the images of others or by the entrypoint, not by our settings.
NOT_SETTINGS = {"POSTGRES_PASSWORD", "RABBITMQ_PASSWORD", "SITE_ADDRESS"}


def settings_names():
    return set(re.findall(r'(?:env\.\w+|required)\(\s*"([A-Z_]+)"', (ROOT / "config/settings.py").read_text()))


def entrypoint_words():
    return re.findall(r"^(\w+)\)$", (ROOT / "docker/entrypoint.sh").read_text(), re.MULTILINE)


def test_every_process_of_the_design_has_a_service():
    assert {"web", "live", "worker", "trainer", "beat", "postgres", "rabbitmq", "valkey", "proxy"} <= set(SERVICES)


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_a_word_of_the_entrypoint(name):
    assert OURS[name]["command"][0] in entrypoint_words()


@pytest.mark.parametrize("name", OURS)
def test_every_variable_given_to_our_processes_is_a_setting(name):
    assert set(OURS[name]["environment"]) <= settings_names()


def test_every_variable_of_the_example_is_used():
    example = set(re.findall(r"^([A-Z_]+)=", (ROOT / "docker/example.env").read_text(), re.MULTILINE))

    used = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker/compose.yaml").read_text()))

    assert example == used
    assert example - NOT_SETTINGS <= settings_names()


@pytest.mark.parametrize("name", SERVICES)
def test_every_dependency_is_a_service_with_the_state_that_is_waited_for(name):
    for other, wanted in SERVICES[name].get("depends_on", {}).items():
        if wanted["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other] or other in ("web", "live")


@pytest.mark.parametrize("name", SERVICES)
def test_every_named_volume_is_declared(name):
    for volume in SERVICES[name].get("volumes", []):
        source = volume.split(":")[0]

        assert source in COMPOSE["volumes"] or (ROOT / "docker" / source).exists()


@pytest.mark.parametrize("word", ["granian", "uvicorn", "celery"])
def test_every_program_that_the_entrypoint_starts_is_installed(word):
    assert f"exec {word} " in (ROOT / "docker/entrypoint.sh").read_text()
    assert shutil.which(word, path=Path(sys.executable).parent)


@pytest.mark.parametrize("word", ["granian", "uvicorn", "celery worker", "celery beat"])
def test_every_option_of_the_entrypoint_is_known_to_its_program(word):
    program, *sub = word.split()
    text = (ROOT / "docker/entrypoint.sh").read_text().replace("\\\n", " ")
    line = next(line for line in text.splitlines() if f"exec {program} " in line and all(f" {s} " in line for s in sub))
    command = [sys.executable, "-m", program, *(["-A", "config"] if sub else []), *sub, "--help"]

    known = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout

    for option in re.findall(r"(?<= )--[a-z-]+", line):
        assert option in known, option


def test_the_entrypoint_is_valid_shell():
    subprocess.run(["sh", "-n", ROOT / "docker/entrypoint.sh"], check=True)


def test_the_image_copies_only_what_exists_and_ends_as_an_ordinary_user():
    lines = (ROOT / "docker/Dockerfile").read_text().splitlines()

    for line in lines:
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source
    assert [line for line in lines if line.startswith("USER ")] == ["USER attune"]
    assert any(line.startswith("HEALTHCHECK ") for line in lines)


def test_what_the_image_copies_is_not_ignored():
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    for line in (ROOT / "docker/Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            assert set(line.split()[1:-1]) <= kept


@pytest.mark.processes
@pytest.mark.parametrize("word", ["web", "live"])
def test_the_processes_that_answer_start_by_the_entrypoint_and_are_found_healthy(
    word, process_environment, tmp_path, db
):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = process_environment | {
        "ATTUNE_ENV": "production",
        "ALLOWED_HOSTS": "attune.example.com",
        "SECRET_KEY": "of-the-test-and-long-enough-for-the-tokens-that-are-signed-with-it",
        "CACHE_URL": settings.CACHE_URL,
        "BROKER_URL": settings.BROKER_URL,
        "PATH": programs,
        "PORT": str(port),
        "WEB_WORKERS": "1",
    }

    with (tmp_path / "log").open("w+") as log:
        process = subprocess.Popen(
            ["sh", ROOT / "docker/entrypoint.sh", word], env=environment, cwd=ROOT, stdout=log, stderr=log
        )
        try:

            def healthy():
                assert process.poll() is None, (tmp_path / "log").read_text()
                check = [sys.executable, ROOT / "docker/healthcheck.py"]
                return subprocess.run(check, env=environment, check=False, capture_output=True).returncode == 0

            assert wait_until(healthy)
        finally:
            process.terminate()
            process.wait(20)
