"""The packages with models in them are the pinned ones, to the byte."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import run_checks

from marketing.text import checks, packages

LOCK = (Path(settings.BASE_DIR) / "models.lock").read_text()


def test_every_package_that_is_read_is_pinned_by_version_and_hash():
    pinned = re.findall(r"^(\S+)==(\S+) \\\n    --hash=sha256:([0-9a-f]{64})$", LOCK, re.MULTILINE)

    assert {package for package, _, _ in pinned} == set(packages.PACKAGES)
    assert checks.pinned() == {package: version for package, version, _ in pinned}


def test_no_line_names_a_host():
    assert "://" not in LOCK
    assert "index" not in LOCK


@pytest.mark.parametrize("package", packages.PACKAGES)
def test_what_is_installed_is_pinned(package):
    assert metadata.version(package) == checks.pinned()[package]


@pytest.mark.parametrize("package", packages.PACKAGES)
def test_the_files_on_disk_are_those_that_were_installed(package):
    assert metadata.distribution(package).files
    assert checks.changed_files(package) == []


def test_the_constraints_leave_these_packages_to_their_own_lock():
    constraints = (Path(settings.BASE_DIR) / "constraints.txt").read_text()

    assert not [package for package in packages.PACKAGES if re.search(rf"^{package}\b", constraints, re.MULTILINE)]


def test_the_checks_find_nothing_to_say():
    assert run_checks(tags=["packages"], include_deployment_checks=True) == []


def test_a_package_that_is_missing_or_of_another_version_is_an_error_with_a_way_out(settings, tmp_path):
    (tmp_path / "models.lock").write_text("no-such-model==1.0 \\\n    --hash=sha256:00\nfast-langdetect==0.0.1\n")
    settings.BASE_DIR = tmp_path

    missing, other = run_checks(tags=["packages"])

    assert missing.msg == "no-such-model is not installed."
    assert "models.lock pins 0.0.1" in other.msg
    assert "make install" in missing.hint == other.hint


def test_a_changed_and_a_missing_file_are_found_on_deployment(settings, tmp_path, monkeypatch):
    # sha256 of “abc” in base64 without padding
    digest = "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"
    folder = tmp_path / "site" / "a_model-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Name: a-model\nVersion: 1.0\n")
    (folder / "RECORD").write_text(
        f"right,sha256={digest},3\nchanged,sha256={digest},3\ngone,sha256={digest},3\nunhashed,,\n"
    )
    for name, content in {"right": "abc", "changed": "abd"}.items():
        (tmp_path / "site" / name).write_text(content)
    (tmp_path / "models.lock").write_text("a-model==1.0\n")
    settings.BASE_DIR = tmp_path
    monkeypatch.syspath_prepend(tmp_path / "site")

    found = run_checks(tags=["packages"], include_deployment_checks=True)

    assert [problem.msg.split(" ")[1] for problem in found] == ["changed", "gone"]
