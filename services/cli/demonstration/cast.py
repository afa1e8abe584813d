"""Who plays a part in the story and can sign in afterwards, and on which units the light falls; knows no deed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from plumbline.directory.v1 import directory_pb2
from services.cli import accounts
from services.cli.accounts import Wanted
from services.cli.demonstration.country import Country
from services.cli.demonstration.office import Office, side_by_side
from services.cli.demonstration.telling import Book
from services.cli.folder import StackFolder

PROVINCE_CODE = "33"
# So many cities' plans wait for the provincial office when the story ends.
WAITING_CITIES = 6


@dataclass(frozen=True)
class Stage:
    """The units on which the light falls: those whose people sign in, so that they find something to do."""

    nation: directory_pb2.Unit
    province: directory_pb2.Unit
    cities: tuple[directory_pb2.Unit, ...]
    county: directory_pb2.Unit

    @classmethod
    def of(cls, country: Country, full: Collection[str]) -> Stage:
        """The stage in a country. full: codes of the counties whose ledgers are long."""
        (province,) = (unit for unit in country.at("province") if unit.code == PROVINCE_CODE)
        counties = [unit for unit in country.at("county") if unit.path.startswith(province.path)]
        cities = [unit for unit in country.at("city") if unit.parent_unit == province.id]
        return cls(
            nation=country.root,
            province=province,
            cities=tuple(cities),
            # The sample may hold none of this province; then the first has a short ledger.
            county=next((unit for unit in counties if unit.code in full), counties[0]),
        )


@dataclass(frozen=True)
class Cast:
    """The people of the story by their user names, as directory knows them."""

    people: Mapping[str, directory_pb2.Person]

    def subject(self, user_name: str) -> str:
        """By which name a person acts: the last part of directory's for them."""
        return self.people[user_name].name.rsplit("/", 1)[-1]


ANALYST, OFFICE, CLERK, INSPECTOR = "analyst", "office", "clerk", "inspector"
DISCIPLINE, AUDITOR, CUSTODIAN, ADMINISTRATOR = "discipline", "auditor", "custodian", "administrator"


def parts(stage: Stage) -> list[Wanted]:
    """One of each kind of user."""
    nation, province, county = stage.nation, stage.province, stage.county
    return [
        Wanted(ANALYST, "中央分析员", "analyst", nation),
        Wanted(OFFICE, f"{province.display_name}活动办", "campaign_office", province),
        Wanted(CLERK, f"{county.display_name}经办人", "unit_clerk", county),
        # What is embargoed until the visit, and what is sealed afterwards (AC-3).
        Wanted(INSPECTOR, "中央督导组成员", "supervision_inspector", nation, clearance=3),
        Wanted(DISCIPLINE, "纪检监察干部", "discipline_officer", nation, clearance=3),
        # Somebody who watches over all logs must see that there was a deed, whatever its label.
        Wanted(AUDITOR, "审计员", "auditor", nation, clearance=3),
        Wanted(CUSTODIAN, "抽取保管人", "draw_custodian", nation, clearance=2),
        # Nobody gives more than they have, and this one gives to all the others.
        Wanted(ADMINISTRATOR, "系统管理员", "administrator", nation, clearance=3),
    ]


async def enter(office: Office, stage: Stage, *, book: Book, place: tuple[StackFolder, str] | None) -> Cast:
    """Enters the people; from then on whoever acts for their units in their roles is them.

    place: the folder and the issuer by which they can sign in, or None where others' issuer says who can.
    """
    wanted = parts(stage)

    async def call(method: object, request: object) -> object:
        return await office.call(method, request, token=office.admin_token)  # type: ignore[arg-type]

    async def one(who: Wanted) -> directory_pb2.Person:
        return await accounts.enter(who, directory=office.directory, call=call)

    with book.chapter("people", len(wanted)) as advance:
        people = await side_by_side(wanted, one, done=advance)
        entered = list(zip(wanted, people, strict=True))
        if place is not None:
            folder, issuer = place
            await accounts.open_accounts(folder, entered, issuer=issuer, directory=office.directory, call=call)
    cast = Cast({who.user_name: person for who, person in entered})
    office.acts_as.update({(who.role, who.unit.id): cast.subject(who.user_name) for who in wanted})
    return cast
