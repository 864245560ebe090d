"""Staff: users, their roles, and log-ins that were locked."""

from typing import TYPE_CHECKING, Any

import axes.admin  # noqa: F401 - its registrations must come first, to be replaced
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from marketing.admin.page import MachineMadePage, Page, column
from marketing.models import User

if TYPE_CHECKING:
    UserPages = DjangoUserAdmin[User]
else:
    UserPages = DjangoUserAdmin

# Their first registrations don't know unfold's pages.
admin.site.unregister(Group)
for model in (AccessAttempt, AccessFailureLog, AccessLog):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(User)
class UserAdmin(UserPages, Page):
    """Only a superuser makes or touches superusers: otherwise the right to edit users would be every right."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "full_name", "email", "roles", "is_active", "is_superuser", "last_login"]
    list_filter = ["is_active", "groups"]
    readonly_fields = ["last_login", "date_joined"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[User]":
        queryset: QuerySet[User] = super().get_queryset(request)
        return queryset.prefetch_related("groups")

    @column("Name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @column("Roles")
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return fixed if request.user.is_superuser else [*fixed, "is_superuser", "user_permissions"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and may_touch(request, obj)


def may_touch(request: HttpRequest, user: Any) -> bool:
    return request.user.is_superuser or user is None or not user.is_superuser


@admin.register(Group)
class RoleAdmin(DjangoGroupAdmin, Page):
    """A role's rights follow marketing.roles after every migration; people are given roles on their own page."""

    list_display = ["name"]


@admin.register(AccessAttempt)
class LockedLoginAdmin(Page):
    """Wrong passwords that count towards a lock. Deleting a row lets that person try again at once."""

    list_display = ["attempt_time", "username", "ip_address", "failures_since_start", "user_agent"]
    list_filter = ["attempt_time"]
    search_fields = ["ip_address", "username"]
    readonly_fields = [field.name for field in AccessAttempt._meta.fields]  # noqa: SLF001 - Django's documented API

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AccessLog)
class LoginAdmin(MachineMadePage):
    list_display = ["attempt_time", "logout_time", "username", "ip_address"]
    search_fields = ["ip_address", "username"]
