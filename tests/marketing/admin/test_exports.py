import json

import pytest
from django.urls import reverse

from tests.factories import marketing as make

pytestmark = pytest.mark.django_db
LISTS = {"event": "events", "customer": "customers", "item": "items", "order": "orders"}


def export_of(model):
    return reverse(f"admin:marketing_{model}_export_rows")


@pytest.mark.parametrize("model", LISTS)
def test_a_list_has_an_export_button_that_asks_and_then_gives_the_file(model, enter, ola, ada):
    make.OrderFactory(identity=ada, external_id="o1")
    make.EventFactory(identity=ada, event_id="e1")
    browser = enter(ola)

    shown = browser.get(reverse(f"admin:marketing_{model}_changelist"))
    question = browser.get(export_of(model))
    answer = browser.get(export_of(model), {"format": "jsonl"})

    assert export_of(model) in shown.content.decode()
    assert 'name="format"' in question.content.decode()
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{LISTS[model]}.jsonl"'
    assert len(answer.getvalue().splitlines()) >= 1


def test_days_source_and_kind_choose_the_rows(enter, ola, ada):
    for kind in ("view", "click"):
        make.EventFactory(identity=ada, kind=kind, event_id=kind)

    answer = enter(ola).get(
        export_of("event"), {"format": "jsonl", "kind": "view", "source": "shop", "from": "2020-01-01"}
    )

    assert [json.loads(line)["id"] for line in answer.getvalue().splitlines()] == ["view"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"format": "xlsx"}, "format"),
        ({"format": "csv", "kind": "sneeze"}, "kind"),
        ({"format": "csv", "source": "nowhere"}, "source"),
        ({"format": "csv", "from": "soon"}, "from"),
        ({"format": "csv", "from": "2026-05-02", "to": "2026-05-01"}, "to"),
    ],
)
def test_what_cannot_be_exported_is_told_at_the_field(enter, ola, asked, field):
    page = enter(ola).get(export_of("event"), asked)

    assert list(page.context["form"].errors) == [field]


def test_who_may_see_a_list_may_export_it_and_nobody_else(enter, bo, kim, ada):
    agent, data = enter(bo), enter(kim)
    asked = {"format": "csv"}

    assert agent.get(export_of("customer"), asked).getvalue().count(b"ada") == 1
    assert data.get(export_of("customer"), asked).status_code == 403
    assert data.get(export_of("event"), asked).status_code == 200
