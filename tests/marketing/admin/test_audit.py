from django.urls import reverse

from marketing.admin.audit import changes_of
from marketing.models import ApiKey, AuditEntry
from marketing.services.audit import record
from marketing.services.merges import merge_customers
from tests.factories.marketing import CustomerFactory

LIST = reverse("admin:marketing_auditentry_changelist")


def test_the_list_says_who_did_what_to_which_row(ada, bo, dee, sam, enter):
    merge_customers(kept=CustomerFactory(), merged=ada.customer, user=bo)
    record(action="record-consent", row=ada, before=None, after={"granted": False}, api_key=ApiKey.objects.get())

    page = enter(dee).get(LIST).content.decode()

    assert all(text in page for text in ("merge customers", "bo", "record consent", "Sam", "granted: False"))
    assert reverse("admin:marketing_customer_change", args=[ada.customer_id]) in page


def test_entries_are_found_by_action_kind_of_row_and_key(dee, bo, enter):
    rows = CustomerFactory.create_batch(2)
    for row, action in zip(rows, ("rename-customer", "erase-customer"), strict=True):
        record(action=action, row=row, before=None, after=None, user=bo)
    browser = enter(dee)

    def found(**query):
        return [entry.action for entry in browser.get(LIST, query).context["cl"].result_list]

    assert found(action__icontains="rename") == ["rename-customer"]
    assert found(object_type__icontains="customer") == ["erase-customer", "rename-customer"]
    assert found(q=str(rows[0].pk)) == ["rename-customer"]


def test_an_entry_can_be_read_whole_and_neither_changed_nor_deleted_even_by_the_owner(ola, ada, enter):
    entry = record(action="rename-customer", row=ada, before={"name": "Ada"}, after={"name": "A<b>"}, user=ola)
    browser = enter(ola)
    url = reverse("admin:marketing_auditentry_change", args=[entry.pk])

    page = browser.get(url)
    changing = browser.post(url, {"action": "nothing"})
    deleting = browser.post(reverse("admin:marketing_auditentry_delete", args=[entry.pk]), {"post": "yes"})

    assert "A&lt;b&gt;" in page.content.decode()
    assert (page.status_code, changing.status_code, deleting.status_code) == (200, 403, 403)
    assert AuditEntry.objects.get().action == "rename-customer"


def test_a_change_tells_only_what_differs():
    assert changes_of({"name": "Ada", "email": "a@b.c"}, {"name": "Ada L.", "email": "a@b.c"}) == ["name: Ada → Ada L."]
    assert changes_of(None, {"granted": True}) == ["granted: True"]
    assert changes_of({"granted": True}, None) == ["granted: True → None"]
