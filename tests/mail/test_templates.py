"""Every mail, with friendly values and hostile ones: what it says, and what it can never be made to say."""

import html.parser
import re
from datetime import UTC, datetime

import pytest

from handlers import FEATURES
from server.config.mail import Sender
from server.mail.cleaning import clean
from server.mail.outgoing import Outgoing, message
from server.mail.rendering import Letter, render
from tests.mail.conftest import LINK
from tests.mailbox import Received, parse

EMAILS = {email.name: email for feature in FEATURES for email in feature.emails if not email.words}
NAMES = sorted(EMAILS)
SITE = "https://app.example.com"
ASKED = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
FACTS = {
    "new_email": "ada@new.example",
    "browser": "Firefox 145",
    "system": "Linux",
    "place": "Lisbon, Portugal",
    "ip_address": "203.0.113.9",
    "time": "22 November 2026, 23:30 UTC",
    "by": "Grace Hopper",
    "title": "Plans for the garden",
}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=https://evil.example/x onerror=alert(1)>',
    "Ada\r\nBcc: eve@example.com\r\n\r\nhello",
    "{{ 7 * 7 }}{% raw %}",
    "Ada\x00\x1b[31m\u202egnp.exe",
    "You won 1000 EUR, look at evil.com now",
    "click https://evil.com",
    "a" * 100_000,
    "Z" + "\u0301" * 500,
    "محمد",
    "O'Brien & Sons <3",
    "👩‍👩‍👧",
    "",
    "   ",
]


def rendered(template: str, **context: str) -> Letter:
    return render(EMAILS[template], {"url": LINK, "name": "Ada", **FACTS, **context}, SITE, ASKED)


def received(name: str, letter: Letter) -> Received:
    sender = Sender("AI-Editor", "no-reply@example.com")
    mail = Outgoing(
        "i" * 32, name, ASKED, sender, "ada@example.com", letter.subject, letter.text, letter.html, LINK
    )
    return parse(message(mail).as_bytes())


class Markup(html.parser.HTMLParser):
    """The elements of a page, and whether each that was opened was closed."""

    VOID = ("meta", "br", "img", "link", "hr", "input")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("name", NAMES)
def test_well_formed_and_complete(name: str) -> None:
    mail = received(name, rendered(name))
    markup = Markup(mail.html)
    assert markup.open == []
    assert markup.seen[0] == ("html", markup.seen[0][1] | {"lang": "en", "dir": "ltr"})
    metas = {
        attributes.get("name"): attributes.get("content") for tag, attributes in markup.seen if tag == "meta"
    }
    assert metas["color-scheme"] == "light dark"
    assert mail.text.startswith("Hello Ada,\n\n")
    for words in (mail.text, markup.words):
        assert re.search(r"If (it was not you|you did not)", words)
    assert "AI-Editor" in mail.subject
    assert max(len(line) for line in mail.text.splitlines() if "://" not in line) <= 72


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_fetched_and_every_link_is_visible(name: str) -> None:
    mail = received(name, rendered(name))
    markup = Markup(mail.html)
    assert not {"img", "link", "script", "iframe", "object", "form"} & {tag for tag, _ in markup.seen}
    assert "url(" not in mail.html
    assert set(mail.html_links) <= set(mail.links)
    for link in mail.html_links:
        assert link in markup.words


@pytest.mark.parametrize("name", [name for name in NAMES if EMAILS[name].link])
def test_the_link_is_the_first_in_both_parts_and_says_how_long_it_lives(name: str) -> None:
    mail = received(name, rendered(name))
    assert mail.link == LINK
    assert mail.html_links[:2] == [LINK, LINK]
    lives = {
        "delete-account": ("24 hours, until 23", "23:30"),
        "magic-link": ("5 minutes, until 22", "23:35"),
    }
    life, ends = lives.get(name, ("one hour, until 23", "00:30"))
    for words in (mail.text, Markup(mail.html).words):
        assert f"for {life} November 2026, {ends} UTC" in " ".join(words.split())


@pytest.mark.parametrize("name", NAMES)
def test_every_attempt_says_the_same(name: str) -> None:
    assert rendered(name) == rendered(name)


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_values(hostile: str) -> None:
    for name in NAMES:
        check_harmless(name, hostile)


def check_harmless(name: str, hostile: str) -> None:
    letter = rendered(name, name=hostile, **dict.fromkeys(FACTS, hostile))
    mail = received(name, letter)
    markup = Markup(mail.html)
    plain = rendered(name, **dict.fromkeys(FACTS, ""), name="")
    assert mail.subject == plain.subject
    assert [tag for tag, _ in markup.seen if tag in ("img", "script")] == []
    own = {SITE + page for page in ("/settings/security", "/forgot-password", "/login")}
    assert set(mail.html_links) <= {LINK, *own}
    assert mail.message["Bcc"] is None
    assert "49" not in mail.text.replace(LINK, "")
    assert not re.search(
        r"[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]", mail.text + mail.html.replace("\n", "")
    )
    assert len(mail.text) < 3000
    assert "\u0301" * 5 not in mail.text


def test_names_that_a_mail_program_would_make_links_of_are_left_out() -> None:
    for name in ("win at evil.com", "http://evil", "ada@example.com", "WWW.evil", "x //evil.co/now"):
        assert rendered("verify-email", name=name).text.startswith("Hello,\n")
    for name in ("J.R.R. Tolkien", "Dr. Ada", "Jean-Luc", "Ada", "محمد", "Sammy Davis, Jr."):
        assert rendered("verify-email", name=name).text.startswith(f"Hello {name},\n")


@pytest.mark.parametrize(
    "name",
    [
        "see t.me/prizebot now",
        "x.com/evil",
        "G.CO/win",
        "win at evil.zone",
        "t\uff0eme",
        "t\u3002me",
        "evil\uff61com",
        "t\u2024me",
        "\uff45\uff56\uff49\uff4c\uff0e\uff43\uff4f\uff4d",  # full-width
        "\u2497 a.io",
        "t\u200b.\u200bme",
        "t\u00ad.me",
        "привет.рф",
        "例え.みんな",
        "evil.com.",
        "(evil.com)",
        "evil.com's",
        "mailto:eve",
        "tel:1900",
        "skype:eve?call",
        "call 1-900-555-0199",
        "203.0.113.9/x",
        "\\\\evil\\share",
        "ada@\uff45vil",
        "\uff20prizebot",
        "https:evil",
    ],
)
def test_no_name_is_a_link(name: str) -> None:
    assert rendered("verify-email", name=name).text.startswith("Hello,\n")


@pytest.mark.parametrize(
    "name",
    [
        "J.R.R. Tolkien",
        "J.R.R.Tolkien",
        "Dr. No",
        "St.John",
        "St. John-Smythe",
        "Mr.Smith",
        "Ph.D.",
        "Ada, the 3rd",
        "M. C. Escher",
        "X Æ A-12",
        "AC/DC",
        "Team: Ada",
        "Conan O\u2019Brien",
        "\u5c71\u7530\u592a\u90ce",
        "Nine 123456",
    ],
)
def test_a_name_with_dots_stays(name: str) -> None:
    assert rendered("verify-email", name=name).text.startswith(f"Hello {name},\n")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Dr.No", "Dr. No"),
        ("will.i.am", "will. i. am"),
        ("M.Sc. Kaur", "M. Sc. Kaur"),
        ("Kaur, M.Sc.", "Kaur, M. Sc."),
        ("A.Li", "A. Li"),
        ("J.P.Ng, Jr.", "J. P. Ng, Jr."),
        ("Mr.Green", "Mr. Green"),
        ("Prof.Dr.Ma", "Prof. Dr. Ma"),
    ],
)
def test_a_name_that_is_a_host_too_is_shown_as_no_program_links_it(name: str, shown: str) -> None:
    letter = rendered("verify-email", name=name)
    assert letter.text.startswith(f"Hello {shown},\n")
    assert f"Hello {shown}," in Markup(letter.html).words


@pytest.mark.parametrize(
    "name",
    [
        "Dr.No/win",
        "dr.no",
        "T.me",
        "x.Com/evil",
        "A.Li@evil",
        "t.co.uk",
        "Evil.Com",
        "EVIL.COM",
        "A.Li:8080",
        "win.at.it",
    ],
)
def test_what_is_no_name_is_left_out_all_the_same(name: str) -> None:
    assert rendered("verify-email", name=name).text.startswith("Hello,\n")


@pytest.mark.parametrize("hidden", ["evil\u0301.com", "ev\u200cil\u200d.\u200ccom", "evil\u20dd.\u20ddcom"])
def test_a_link_is_one_under_marks_and_joiners_too(hidden: str) -> None:
    assert rendered("verify-email", name=f"win at {hidden}").text.startswith("Hello,\n")


@pytest.mark.parametrize("mark", ["\u0301", "\u1dc4", "\u20dd", "\u0e47", "\u06df", "\U0001da00", "\ufe0f"])
def test_no_mark_is_stacked_to_a_tower(mark: str) -> None:
    for tower in (mark * 40, (mark + "\u200d") * 40):
        (greeting, *_) = rendered("verify-email", name=f"Z{tower}a").text.splitlines()
        assert greeting.replace("\u200d", "") == f"Hello Z{mark * 4}a,"


@pytest.mark.parametrize(
    "name", ["\u0301" * 40, "\u1dc4", "\u0301 \u0301", "\u200d", "\u200c \ufe0f\u200c", " \u20dd "]
)
def test_a_name_of_nothing_but_marks_is_no_name(name: str) -> None:
    assert rendered("verify-email", name=name).text.startswith("Hello,\n")


def test_a_mark_stands_on_a_letter() -> None:
    assert clean({"name": "\u0301 \u0301Ada \u0301\u0301Lovelace"}, {})["name"] == "Ada Lovelace"


@pytest.mark.parametrize(
    "name",
    [
        "प्रियंका श्रीवास्तव",  # Hindi
        "ক্ষুদ্র চৌধুরী",  # Bengali
        "กิ่งแก้ว น้ำผึ้ง",  # Thai
        "بُسْتَانِيّ مُحَمَّدٌ",  # Arabic, with its vowels
        "שִׂ֑רְיָה בַּת־שֶּׁ֔בַע",  # Hebrew, with vowels and accents
        "Nguye\u0302\u0303n Thi\u0323 \u0110u\u031b\u0301c",  # Vietnamese, in parts
        "Nguyễn Thị Đức",
        "བསྒྲུབས་རྒྱལ",  # Tibetan
        "မြွှေးမြင့်",  # Burmese
        "علی‌رضا",  # Persian, with a joiner
        "👩‍👩‍👧 1️⃣",
    ],
)
def test_names_of_all_scripts_stay_whole(name: str) -> None:
    assert rendered("verify-email", name=name).text.startswith(f"Hello {name},\n")


def test_long_values_are_cut_and_links_are_not() -> None:
    long = LINK + "&more=" + "x" * 5000
    assert clean({"name": "a b " * 100}, {})["name"].endswith("…")
    assert len(clean({"name": "a" * 200}, {})["name"]) == 60
    mail = received("verify-email", rendered("verify-email", url=long))
    assert mail.link == long
    assert mail.html_links[0] == long


def test_what_is_not_known_is_not_said() -> None:
    letter = render(EMAILS["new-device"], {}, SITE, ASKED)
    assert letter.text.startswith("Hello,\n")
    for word in ("Browser", "System", "Place", "IP address", "Time", "None"):
        assert word not in letter.text + Markup(letter.html).words
    assert render(EMAILS["email-changed"], {}, SITE, ASKED).text.count("@") == 0


def test_lines_of_the_wire_are_short() -> None:
    mail = Outgoing(
        "i" * 32,
        "x",
        ASKED,
        Sender("", "a@example.com"),
        "b@example.com",
        "Grüße ☃",
        "t" * 5000,
        "h" * 5000,
        "",
    )
    lines = message(mail).as_bytes().split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert parse(b"\r\n".join(lines)).subject == "Grüße ☃"
