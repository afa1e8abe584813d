"""The list of the pages is whole, and asks for permissions that there are."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from services.console import navigation, pages, terms
from services.console.door import Page
from shared.access.roles import ACTIONS_OF_ROLE, GRANTABLE

# Its addresses are for those who are not signed in yet, so they are no pages of a turn.
WITHOUT_A_TURN = {"sign_in"}
ACTIONS = frozenset().union(*ACTIONS_OF_ROLE.values())
MODULES = sorted({module.name for module in pkgutil.iter_modules(pages.__path__)} - WITHOUT_A_TURN)


@pytest.mark.parametrize("module", MODULES)
def test_every_screen_is_listed(module: str) -> None:
    screen = importlib.import_module(f"services.console.pages.{module}")

    assert set(getattr(screen, "PAGES", ())) <= set(pages.PAGES)


def test_no_address_is_answered_by_two() -> None:
    addresses = [(method, page.path) for page in pages.PAGES for method in page.methods]

    assert len(addresses) == len(set(addresses))


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: f"{'-'.join(page.methods)} {page.path}")
def test_a_page_asks_for_a_permission_that_some_person_has(page: Page) -> None:
    """A word that no role has would shut the page to everybody; none at all is for where one begins."""
    if page.action:
        assert any(page.action in ACTIONS_OF_ROLE[role] for role in GRANTABLE)
    else:
        assert page.path in ("/", "/act-as")


@pytest.mark.parametrize("entry", navigation.ENTRIES, ids=lambda entry: entry.path)
def test_the_head_leads_to_whom_it_is_shown(entry: navigation.Entry) -> None:
    assert entry.action in ACTIONS


def test_every_role_that_a_person_can_have_is_called_by_a_word() -> None:
    assert set(GRANTABLE) <= set(terms.ROLES)
