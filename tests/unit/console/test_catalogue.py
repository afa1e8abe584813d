"""Everything that the console says stands in the catalogue, once, in both languages, and nothing else does."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tests.unit.console import sources
from tests.unit.console.sources import CATALOGUES, CHINESE, PLACEHOLDER

SPOKEN = set().union(*(sources.spoken_in(file) for file in (*sources.templates(), *sources.modules())))
# How the languages write days is no sentence.
FORMATS = sources.CONSOLE / "locales.py"


def read(file: Path) -> Catalog:
    with file.open("rb") as content:
        return read_po(content, locale="en")


MESSAGES = [message for file in CATALOGUES for message in read(file) if message.id]


def test_there_is_something_to_compare() -> None:
    """Without this an extraction that finds nothing would pass everywhere."""
    assert {"已退出登录。", "已备案：%(title)s，备案号 %(number)s。", "领导班子", "总体态势"} <= SPOKEN
    assert len(SPOKEN) > 100


def test_every_sentence_has_its_english() -> None:
    translated = {message.id for message in MESSAGES if message.string and not message.fuzzy}

    assert sorted(SPOKEN - translated) == []


def test_no_translation_is_left_over() -> None:
    assert sorted({str(message.id) for message in MESSAGES} - SPOKEN) == []


def test_no_sentence_stands_twice() -> None:
    """Babel would join two of one file in silence, so the lines themselves are counted."""
    lines = Counter(line for file in CATALOGUES for line in _whole_ids(file.read_text(encoding="utf-8")))

    assert [msgid for msgid, times in lines.items() if times > 1] == []


def test_no_translation_is_only_guessed_or_thrown_away() -> None:
    assert [message.id for message in MESSAGES if message.fuzzy] == []
    assert [file.name for file in CATALOGUES if read(file).obsolete] == []


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: str(message.id)[:30])
def test_both_languages_name_the_same_facts(message: Message) -> None:
    chinese, english = set(PLACEHOLDER.findall(str(message.id))), set(PLACEHOLDER.findall(str(message.string)))
    facts = dict.fromkeys(chinese, "x")

    assert chinese == english
    if facts:
        assert str(message.id) % facts
        assert str(message.string) % facts
    else:
        # Nobody fills these in, so a sign of percent is only itself.
        assert "%%" not in f"{message.id}{message.string}"


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: str(message.id)[:30])
def test_english_is_english_and_chinese_is_written_in_chinese_signs(message: Message) -> None:
    assert not CHINESE.search(str(message.string))
    assert not re.search(r"[\u4e00-\u9fff][,;:?!]", str(message.id))


@pytest.mark.parametrize("file", sources.templates(), ids=lambda file: file.name)
def test_a_template_says_nothing_past_the_catalogue(file: Path) -> None:
    assert sources.faults_of(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", sources.modules(), ids=lambda file: file.stem)
def test_no_module_speaks_past_the_catalogue(file: Path) -> None:
    faults = sources.chinese_past_the_catalogue(file.read_text(encoding="utf-8"))

    assert faults == [] or file == FORMATS


@pytest.mark.parametrize(
    "script", sorted((sources.CONSOLE / "frontend" / "src").glob("*.js")), ids=lambda file: file.name
)
def test_no_script_speaks_chinese_of_its_own(script: Path) -> None:
    """Scripts are given their words by the page, which takes them from the catalogue."""
    assert [line for line in script.read_text(encoding="utf-8").splitlines() if CHINESE.search(line)] == []


@pytest.mark.parametrize(
    "broken",
    [
        "<p>词</p>",
        "<p>word</p>",
        '<p>{{ _("词") }} more</p>',
        "{% block main %}<b>word</b>{% endblock %}",
        '<p>{{ "词" }}</p>',
        '<p>{{ c.empty("词", _("好")) }}</p>',
        '<input aria-label="word">',
        '<input placeholder="{{ x }} word">',
        '<td data-label="词">1</td>',
        '<input value="词">',
        '<p style="color: red">1</p>',
        '<p onclick="{{ x }}">1</p>',
        '<script nonce="{{ nonce }}">1</script>',
        '<script src="{{ x }}"></script>',
        "<style>1</style>",
        '<a hx-get="/x">1</a>',
    ],
)
def test_the_look_at_templates_sees_what_is_wrong(broken: str) -> None:
    assert sources.faults_of(broken)


@pytest.mark.parametrize(
    "sound",
    [
        '<p>{{ _("词") }} · {{ 1 | number }} / {{ x }}</p>',
        '<a lang="en" hreflang="en">English</a>',
        '<input aria-label="{{ _(\'词\') }}" name="word" value="word">',
        "{% block page_class %} pl-page-narrow{% endblock %}",
        '{# 词 #}<img alt="" src="{{ asset("icon.svg") }}">',
        '<a hx-get="/x" hx-nonce="{{ nonce }}">{{ x }}</a>',
        '<script type="module" nonce="{{ nonce }}" src="{{ asset("app.js") }}"></script>',
        '<p{% if x == "word" %} hidden{% endif %}>{% for a in x %}{{ a }}{% endfor %}</p>',
    ],
)
def test_the_look_at_templates_leaves_in_peace_what_is_right(sound: str) -> None:
    assert sources.faults_of(sound) == []


def test_the_look_at_modules_sees_what_is_wrong_and_no_more() -> None:
    source = '"""文档"""\nA = "词"\nB = _("词")\nC = turn.words("词 %(x)s", x="词")\nD = f"词{A}"\n'

    assert [fault.line for fault in sources.chinese_past_the_catalogue(source)] == [2, 4, 5]


def _whole_ids(text: str) -> list[str]:
    """Each msgid of a file with its continuation lines."""
    found = re.findall(r'^msgid ((?:"(?:[^"\\]|\\.)*"\n?)+)', text, flags=re.MULTILINE)
    return [each for each in ("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', one)) for one in found) if each]
