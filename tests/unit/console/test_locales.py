"""Numbers, days and times as each language writes them, in the campaign's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.console.locales import Language, Untranslated, language, read_catalogue

ZH, EN = language("zh", zone="Asia/Shanghai"), language("en", zone="Asia/Shanghai")
DAY = date(2014, 9, 5)
# Already the next day in the campaign's zone.
LATE = datetime(2014, 9, 5, 17, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        (ZH, ("2014年9月5日", "9月5日", "周五", "2014年9月6日 01:03", "01:03:09")),
        (EN, ("5 Sept 2014", "5 Sept", "Fri", "6 Sept 2014, 01:03", "01:03:09")),
    ],
    ids=["zh", "en"],
)
def test_days_and_times(spoken: Language, written: tuple[str, ...]) -> None:
    told = (spoken.day(DAY), spoken.day_short(DAY), spoken.weekday(DAY), spoken.time(LATE), spoken.clock(LATE))

    assert told == written


@pytest.mark.parametrize("spoken", [ZH, EN], ids=["zh", "en"])
def test_numbers_and_shares(spoken: Language) -> None:
    assert spoken.number(1234567) == "1,234,567"
    assert spoken.number(0) == "0"
    assert spoken.percent(1, 3) == "33.3%"
    assert spoken.percent(3, 3) == "100.0%"


def test_of_nothing_there_is_no_share() -> None:
    assert ZH.percent(0, 0) == "—"


def test_a_language_that_there_is_not_is_chinese() -> None:
    assert language("fr", zone="Asia/Shanghai").code == "zh"


def test_data_in_one_language_only_are_shown_in_that_one() -> None:
    assert (EN.of("形式主义", "Formalism"), EN.of("形式主义", ""), ZH.of("形式主义", "Formalism")) == (
        "Formalism",
        "形式主义",
        "形式主义",
    )


def test_chinese_is_itself_and_english_is_looked_up_or_missed_aloud() -> None:
    assert ZH.gettext("从来没有的话") == "从来没有的话"
    assert EN.gettext("退出登录") == "Sign out"
    with pytest.raises(Untranslated):
        EN.gettext("从来没有的话")


def test_a_screen_reader_is_told_which_chinese() -> None:
    assert (ZH.html, EN.html) == ("zh-CN", "en")


def test_a_catalogue_that_says_something_twice_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "en"
    folder.mkdir()
    for name in ("a.po", "b.po"):
        (folder / name).write_text('msgid ""\nmsgstr ""\n\nmsgid "词"\nmsgstr "word"\n', encoding="utf-8")

    with pytest.raises(ValueError, match=r"b\.po: said twice: 词"):
        read_catalogue(folder)
