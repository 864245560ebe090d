"""What all tests share: the database's partitions, clean folders, and the people of the house.

Ada is a customer and Cy another one; Bo is an agent, Mia a marketer, Dee an analyst, Kim works with data, Ola owns the
installation; Sam is a shop's server with a key; Vi is a visitor; Eve is nobody and wants in.
"""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.db import connection

from marketing.models import ApiKey
from marketing.partitions import ensure_months
from tests.factories.marketing import CustomerIdentityFactory, SourceFactory, UserFactory, VisitorFactory


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Events of the last two years have their months from the start; tests of other years make their own."""
    with django_db_blocker.unblock():
        today = datetime.now(UTC).date()
        ensure_months(today - timedelta(days=730), today + timedelta(days=62))
        ensure_months(date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    """Artefacts and media of a test lie in its own folder."""
    artefacts = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "store"}}
    media = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "media"}}
    settings.STORAGES = {**settings.STORAGES, "artefacts": artefacts, "default": media}
    settings.ARTEFACT_CACHE = tmp_path / "artefact-cache"
    settings.NETWORK_CHECKPOINTS = tmp_path / "network-checkpoints"


@pytest.fixture(autouse=True)
def empty_cache(request, settings):
    """What one test leaves in the cache is not there for the next. Tests without a database don't pay for it.

    `cache.clear()` would empty the whole server, also under the hands of the other test workers.
    """
    yield
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        client = cache._cache.get_client(write=True)
        if keys := list(client.scan_iter(match=f"{settings.NAMESPACE}:*", count=1000)):
            client.delete(*keys)


@pytest.fixture
def process_environment(settings, tmp_path):
    """Environment in which a child process works on this test's database, artefacts and broker names."""
    database = connection.settings_dict
    host, user = quote(database["HOST"] or "", safe=""), database["USER"]
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ATTUNE_ENV": "test",
        "DATABASE_URL": f"postgresql://{user}@{host}/{database['NAME']}",
        "ARTEFACT_STORAGE_OPTIONS": f'{{"location": "{tmp_path / "store"}"}}',
        "ARTEFACT_CACHE": str(tmp_path / "artefact-cache"),
        "ATTUNE_NETWORK_CHECKPOINTS": str(tmp_path / "network-checkpoints"),
    }


@pytest.fixture
def data_folder():
    """Where the real data sets lie. Their licences forbid to ship them, so tests that need them skip without."""

    def folder(name):
        path = Path(os.environ.get("ATTUNE_DATA", "")) / name
        if not os.environ.get("ATTUNE_DATA") or not path.is_dir():
            pytest.skip(f"the data set {name} is not here: set ATTUNE_DATA to the folder that holds it")
        return path

    return folder


@pytest.fixture
def shop(db):
    return SourceFactory(code="shop")


@pytest.fixture
def ada(shop):
    """Identity of the customer Ada; the row is `ada.customer`."""
    return CustomerIdentityFactory(customer__external_id="ada", customer__source=shop)


@pytest.fixture
def cy(shop):
    return CustomerIdentityFactory(customer__external_id="cy", customer__source=shop)


@pytest.fixture
def vi(db):
    """Identity of a visitor who has not said who she is."""
    return VisitorFactory(value="vi")


@pytest.fixture
def bo(db):
    return UserFactory(username="bo", roles=["agent"])


@pytest.fixture
def mia(db):
    return UserFactory(username="mia", roles=["marketer"])


@pytest.fixture
def dee(db):
    return UserFactory(username="dee", roles=["analyst"])


@pytest.fixture
def kim(db):
    return UserFactory(username="kim", roles=["data"])


@pytest.fixture
def ola(db):
    return UserFactory(username="ola", is_superuser=True)


@pytest.fixture
def sam(shop):
    """The secret of a key with every scope, as the shop's server holds it."""
    from marketing.services.keys import create_api_key

    _row, secret = create_api_key(source=shop, name="Sam", scopes=[scope.value for scope in ApiKey.Scope])
    return secret
