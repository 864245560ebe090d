import uuid

import pytest
from django.urls import reverse

from marketing.models import Customer, CustomerMerge
from marketing.services.merges import merge_customers, undo_merge
from tests.factories.marketing import CustomerFactory, VisitorFactory
from tests.query_counts import pinned_queries


def merge_url(customer):
    return reverse("admin:marketing_customer_merge", args=[customer.pk])


def page_of(customer):
    return reverse("admin:marketing_customer_change", args=[customer.pk])


def undo_url(merge):
    return f"/admin/marketing/customermerge/{merge.pk}/undo/"


@pytest.fixture
def merged(ada, cy, bo):
    """Ada merged into Cy."""
    return merge_customers(kept=cy.customer, merged=ada.customer, user=bo)


def test_the_page_first_asks_for_the_other_customer(ada, enter, bo):
    page = enter(bo).get(page_of(ada.customer))
    asked = enter(bo).get(reverse("admin:marketing_customer_merge", args=[ada.customer_id]))

    assert "Merge into…" in page.content.decode()
    assert "Who is ada really?" in asked.content.decode()
    assert 'data-field-name="merged_into"' in asked.content.decode()


def test_both_are_shown_before_anything_happens(ada, cy, enter, bo):
    Customer.objects.filter(pk=cy.customer_id).update(name="Cy <b>", email="cy@shop.example")
    VisitorFactory(customer=ada.customer)

    page = enter(bo).get(merge_url(ada.customer), {"kept": cy.customer_id}).content.decode()

    assert all(text in page for text in ("Cy &lt;b&gt;", "cy@shop.example", "2 names", "1 name<", "Merge the two"))
    assert not CustomerMerge.objects.exists()


def test_an_agent_merges_two_customers_and_lands_on_the_kept_ones_page(ada, cy, enter, bo):
    page = enter(bo).post(merge_url(ada.customer), {"kept": str(cy.customer_id)}, follow=True)

    merge = CustomerMerge.objects.get()
    assert (merge.merged, merge.kept, merge.merged_by) == (ada.customer, cy.customer, bo)
    assert page.redirect_chain[-1][0] == page_of(cy.customer)
    assert "ada is merged into cy" in page.content.decode()


@pytest.mark.parametrize("name", ["mia", "dee", "kim"])
def test_who_may_not_change_customers_neither_merges_nor_undoes(name, request, merged, enter, press):
    user = request.getfixturevalue(name)
    url = merge_url(merged.kept)

    asked = enter(user).get(url).status_code
    merging = enter(user).post(url, {"kept": str(CustomerFactory().pk)}).status_code
    undoing = press(user, undo_url(merged)).status_code

    assert (asked, merging, undoing) == (403, 403, 403)
    assert CustomerMerge.objects.get().undone_at is None


def test_a_forged_form_of_another_site_merges_nothing(ada, cy, bo):
    from tests.callers import caller

    answer = caller(bo).client.post(merge_url(ada.customer), {"kept": str(cy.customer_id)})

    assert answer.status_code == 403
    assert not CustomerMerge.objects.exists()


@pytest.mark.parametrize("kept", ["itself", "nobody", "no id", "merged away", ""])
def test_a_choice_that_makes_no_sense_is_refused_at_the_form(kept, merged, enter, bo):
    values = {"itself": merged.kept_id, "nobody": uuid.uuid4(), "merged away": merged.merged_id}

    answer = enter(bo).post(merge_url(merged.kept), {"kept": str(values.get(kept, kept))})

    assert answer.status_code == 200
    assert answer.context["form"].errors["kept"]
    assert CustomerMerge.objects.count() == 1


def test_what_the_service_refuses_is_told_on_the_customers_page(merged, ada, shop, enter, bo):
    other = CustomerFactory(source=shop)

    page = enter(bo).post(merge_url(ada.customer), {"kept": str(other.pk)}, follow=True)

    assert page.redirect_chain[-1][0] == page_of(ada.customer)
    assert "“ada” is merged into “cy” already" in page.content.decode()


def test_a_customer_merged_away_says_into_whom_and_is_not_merged_again(merged, ada, cy, enter, bo):
    page = enter(bo).get(page_of(ada.customer)).content.decode()

    assert f'Merged into <a class="attune-link" href="{page_of(cy.customer)}">cy</a>' in page
    assert "Merge into…" not in page


def test_whom_to_merge_into_is_chosen_among_customers_who_stand(merged, enter, bo):
    asked = {"app_label": "marketing", "model_name": "customer", "field_name": "merged_into", "term": ""}

    found = enter(bo).get(reverse("admin:autocomplete"), asked).json()["results"]

    assert [row["text"] for row in found] == ["cy"]


def test_a_merge_is_undone_from_the_history_on_the_customers_page(merged, cy, enter, bo, press):
    history = enter(bo).get(page_of(cy.customer)).content.decode()
    page = press(bo, undo_url(merged))

    assert reverse("admin:marketing_customermerge_change", args=[merged.pk]) in history
    assert "The two are parted again." in page.content.decode()
    merged.refresh_from_db()
    assert merged.undone_by == bo
    after = enter(bo).get(page_of(cy.customer)).content.decode()
    assert "undone by bo" in after


def test_an_undone_merge_has_no_button_to_undo_it(merged, enter, bo):
    url = reverse("admin:marketing_customermerge_change", args=[merged.pk])
    before = enter(bo).get(url).content.decode()

    undo_merge(merge=merged, user=bo)

    assert undo_url(merged) in before
    assert undo_url(merged) not in enter(bo).get(url).content.decode()


def test_an_undo_out_of_order_is_told_which_merge_stands_in_the_way(merged, cy, shop, press, bo):
    merge_customers(kept=CustomerFactory(source=shop), merged=cy.customer, user=bo)

    page = press(bo, undo_url(merged))

    assert "“cy” was merged on since; undo that merge first" in page.content.decode()


@pytest.mark.parametrize("count", [1, 12])
def test_the_page_of_both_makes_the_same_queries_however_many_names_they_have(count, ada, cy, enter, bo):
    VisitorFactory.create_batch(count, customer=ada.customer)
    browser = enter(bo)
    browser.get(reverse("admin:index"))

    with pinned_queries("admin merge page"):
        browser.get(merge_url(ada.customer), {"kept": cy.customer_id})
