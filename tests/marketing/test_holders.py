from marketing.holders import find_holder
from marketing.models import Identity
from tests.factories.marketing import CustomerIdentityFactory, SourceFactory, VisitorFactory


def test_a_holder_is_the_row_that_the_orm_gives_with_source_and_customer(db, django_assert_num_queries):
    shop = SourceFactory(code="shop", consent={"personalisation": False})
    CustomerIdentityFactory(customer__external_id="ada", customer__source=shop, customer__attributes={"size": 38})
    by_orm = Identity.objects.select_related("source", "customer").get(value="ada")

    with django_assert_num_queries(1):
        holder = find_holder(source="shop", kind="customer", value="ada")
        assert holder.source.consent == {"personalisation": False}
        assert holder.customer.attributes == {"size": 38}

    for row, theirs in (
        (holder, by_orm),
        (holder.source, by_orm.source),
        (holder.customer, by_orm.customer),
    ):
        assert {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields} == {
            field.name: getattr(theirs, field.attname) for field in theirs._meta.concrete_fields
        }


def test_a_visitor_has_no_customer(db):
    VisitorFactory(value="vi")

    assert find_holder(source="browser", kind="visitor", value="vi").customer is None


def test_a_holder_can_be_changed_and_saved(vi):
    holder = find_holder(source="browser", kind="visitor", value="vi")
    holder.value = "vivien"
    holder.save()

    assert Identity.objects.get(pk=vi.pk).value == "vivien"


def test_a_name_is_looked_for_in_its_source_and_kind_only(vi, ada):
    assert find_holder(source="shop", kind="visitor", value="vi") is None
    assert find_holder(source="shop", kind="visitor", value="ada") is None
    assert find_holder(source="shop", kind="customer", value="ada") == ada
