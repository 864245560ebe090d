"""What is sold or shown: items in their categories, and how items relate."""

import re

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from marketing.models.access import Source
from marketing.models.keys import created_now, opaque_key

HEAVIEST = 1e6
# A placeholder, or a brace that belongs to none.
BRACES = re.compile(r"\{[^{}]*\}?|\}")


class Category(models.Model):
    """A shelf in the shop; shelves stand in shelves."""

    id = opaque_key()
    slug = models.SlugField(max_length=120, allow_unicode=True)
    name = models.CharField(max_length=160)
    translations = models.JSONField(default=dict, blank=True, help_text="Language → name.")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(
                fields=["slug"], name="category_slug_unique", violation_error_message="A category has this slug."
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")),
                name="category_not_its_own_parent",
                violation_error_message="A category can't be its own parent.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ItemQuerySet(models.QuerySet["Item"]):
    def offered(self) -> "ItemQuerySet":
        """Items that may be shown now: there, published, not expired, not retired."""
        return self.published().filter(available=True)

    def published(self) -> "ItemQuerySet":
        """As `offered`, and also what is sold out."""
        return self.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=Now()),
            Q(published_at__isnull=True) | Q(published_at__lte=Now()),
            deleted_at__isnull=True,
        )


class Item(models.Model):
    """A product, film, article: what events are about and what is recommended."""

    id = opaque_key()
    sku = models.CharField("SKU", max_length=128, help_text="The shop's own id of this item.")
    source = models.ForeignKey(Source, models.PROTECT, related_name="items")
    title = models.CharField(max_length=300)
    description = models.TextField(blank=True, default="")
    translations = models.JSONField(
        default=dict, blank=True, help_text="Language → {“title”: …, “description”: …} beside the default language."
    )
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, related_name="items")
    brand = models.CharField(max_length=120, blank=True, default="")
    tags = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    price = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="", help_text="ISO 4217, e.g. “EUR”.")
    image_url = models.CharField(max_length=1000, blank=True, default="")
    url = models.CharField(max_length=1000, blank=True, default="", help_text="Its page in the shop.")
    attributes = models.JSONField(default=dict, blank=True)
    available = models.BooleanField(default=True, db_default=True)
    published_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When it was retired. Its events stay."
    )
    created_at = created_now()
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(
                fields=["sku"], name="item_sku_unique", violation_error_message="An item with this SKU exists."
            ),
            models.CheckConstraint(condition=~Q(sku=""), name="item_sku_not_empty"),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(price__gte=0),
                name="item_price_not_negative",
                violation_error_message="A price can't be negative.",
            ),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | ~Q(currency=""),
                name="item_price_has_currency",
                violation_error_message="A price needs its currency.",
            ),
        ]
        indexes = [
            models.Index(fields=["title"], name="item_title"),
            models.Index(fields=["category", "title"], name="item_category_title"),
            GinIndex(fields=["tags"], name="item_tags"),
            models.Index(Coalesce("published_at", "created_at").desc(), name="item_new"),
        ]

    def __str__(self) -> str:
        return self.title


class RelationRule(models.Model):
    """Staff's knowledge as a rule: who chose one kind of thing may need another. It becomes relations of items.

    Each side is described by a category (with all below it), a brand, a tag, or several of them, which must all hold.
    """

    name = models.CharField(max_length=120, help_text="e.g. “Printers need ink”.")
    relation = models.SlugField(max_length=64, default="needs", help_text="What the arrows are called, e.g. “needs”.")
    sentence = models.CharField(
        max_length=200,
        blank=True,
        default="",
        help_text="What the customer reads, with {title} for what they chose: “ink for your {title}”.",
    )
    head_category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="rules_from", help_text="What was chosen."
    )
    head_brand = models.CharField(max_length=120, blank=True, default="")
    head_tag = models.CharField(max_length=64, blank=True, default="")
    tail_category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="rules_to", help_text="What may be needed."
    )
    tail_brand = models.CharField(max_length=120, blank=True, default="")
    tail_tag = models.CharField(max_length=64, blank=True, default="")
    same_brand = models.BooleanField(default=False, help_text="Only what is of the same brand.")
    weight = models.FloatField(default=1.0)
    active = models.BooleanField(default=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], name="relation_rule_name_unique", violation_error_message="A rule has this name."
            ),
            models.CheckConstraint(
                condition=Q(head_category__isnull=False) | ~Q(head_brand="") | ~Q(head_tag=""),
                name="relation_rule_has_head",
                violation_error_message="Say what was chosen: a category, a brand or a tag.",
            ),
            models.CheckConstraint(
                condition=Q(tail_category__isnull=False) | ~Q(tail_brand="") | ~Q(tail_tag=""),
                name="relation_rule_has_tail",
                violation_error_message="Say what may be needed: a category, a brand or a tag.",
            ),
            models.CheckConstraint(
                condition=Q(weight__gt=0, weight__lte=1e6),
                name="relation_rule_weight_positive",
                violation_error_message="A weight is above 0.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Tell at their fields what a rule lacks, and what its sentence can't hold."""
        wrong = {}
        if not (self.head_category_id or self.head_brand or self.head_tag):
            wrong["head_category"] = "Say what was chosen: a category, a brand or a tag."
        if not (self.tail_category_id or self.tail_brand or self.tail_tag):
            wrong["tail_category"] = "Say what may be needed: a category, a brand or a tag."
        if found := BRACES.search(self.sentence.replace("{title}", "")):
            wrong["sentence"] = f"“{found[0]}” can't stand here; only {{title}} may be in braces."
        if isinstance(self.weight, float | int) and not 0 < self.weight <= HEAVIEST:
            wrong["weight"] = f"A weight is above 0 and at most {HEAVIEST:,.0f}."
        if wrong:
            raise ValidationError(wrong)


class ItemRelation(models.Model):
    """An arrow of the knowledge graph: head –relation→ tail, e.g. ink –accessory_of→ printer."""

    head = models.ForeignKey(Item, models.CASCADE, related_name="relations_out")
    relation = models.SlugField(max_length=64)
    tail = models.ForeignKey(Item, models.CASCADE, related_name="relations_in")
    weight = models.FloatField(default=1.0, db_default=1.0)
    rule = models.ForeignKey(
        RelationRule, models.CASCADE, null=True, blank=True, related_name="relations", editable=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["head", "relation", "tail"],
                name="item_relation_unique",
                violation_error_message="This relation exists.",
            ),
            models.CheckConstraint(
                condition=~Q(head=F("tail")),
                name="item_relation_not_to_itself",
                violation_error_message="An item can't relate to itself.",
            ),
            models.CheckConstraint(
                condition=Q(weight__gt=0, weight__lte=1e6),
                name="item_relation_weight_positive",
                violation_error_message="A weight is above 0.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.head} {self.relation} {self.tail}"
