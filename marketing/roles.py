"""What each role of staff may do. Roles are groups; their permissions are brought in line after every migrate."""

from typing import Any

from django.contrib.auth.models import Group, Permission

CHANGE = ("view", "add", "change", "delete")
LOOK = ("view",)
# Orders with what stands in them.
ORDERS = tuple(("marketing", model, LOOK) for model in ("order", "orderline", "refund"))

# Role → (app label, model name or "*", actions).
ROLES: dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "admin": (("*", "*", CHANGE),),
    "marketer": (
        ("marketing", "customer", LOOK),
        ("marketing", "item", CHANGE),
        ("marketing", "itemrelation", CHANGE),
        ("marketing", "relationrule", CHANGE),
        ("marketing", "category", CHANGE),
        ("marketing", "event", LOOK),
        ("marketing", "textreading", LOOK),
        ("marketing", "topic", CHANGE),
        ("marketing", "textlabel", CHANGE),
        *ORDERS,
        ("marketing", "deployment", LOOK),
        ("recsys", "*", LOOK),
        ("recsys", "boostrule", CHANGE),
    ),
    "analyst": (("marketing", "*", LOOK), ("recsys", "*", LOOK)),
    "agent": (
        ("marketing", "customer", ("view", "change")),
        ("marketing", "customermerge", LOOK),
        ("marketing", "item", LOOK),
        ("marketing", "event", LOOK),
        ("marketing", "textreading", LOOK),
        *ORDERS,
    ),
    "data": (
        ("marketing", "item", LOOK),
        ("marketing", "category", LOOK),
        ("marketing", "itemrelation", LOOK),
        ("marketing", "relationrule", CHANGE),
        ("marketing", "event", LOOK),
        ("marketing", "textreading", LOOK),
        ("marketing", "topic", CHANGE),
        ("marketing", "textlabel", CHANGE),
        ("marketing", "quarantinedevent", ("view", "change")),
        ("marketing", "customeventkind", CHANGE),
        ("marketing", "importrun", LOOK),
        ("marketing", "trainingrun", CHANGE),
        ("marketing", "artefact", LOOK),
        ("marketing", "deployment", ("view", "add")),
        ("recsys", "*", LOOK),
        ("django_celery_beat", "*", CHANGE),
    ),
}
# Analysts read everything but secrets.
SECRET_MODELS = {"apikey", "user", "webhookendpoint"}


def permissions_of(role: str) -> list[Permission]:
    """The rows of `auth_permission` that a role stands for, of the apps migrated so far."""
    found = []
    for permission in Permission.objects.select_related("content_type"):
        app, model = permission.content_type.app_label, permission.content_type.model
        action = permission.codename.partition("_")[0]
        for wanted_app, wanted_model, actions in ROLES[role]:
            named = wanted_model == model or (wanted_model == "*" and (role == "admin" or model not in SECRET_MODELS))
            if wanted_app in ("*", app) and named and action in actions:
                found.append(permission)
                break
    return found


def sync_roles(**_: Any) -> None:
    """Give each role's group what ROLES says, no more. Called after migrate."""
    for role in ROLES:
        group, _created = Group.objects.get_or_create(name=role)
        group.permissions.set(permissions_of(role))
