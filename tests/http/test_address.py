"""Whose request it is: the socket's word, and a trusted proxy's. S13."""

import ipaddress
import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.http.address import client_address, remembering
from tests.client import Answer, Client

PROXIES = tuple(ipaddress.ip_network(text) for text in ("127.0.0.1/32", "10.0.0.0/8", "2001:db8:a::/48"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.1.1.1", "", "10.1.1.1"),
        ("10.1.1.1", "198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", "1.1.1.1, 198.51.100.1, 10.2.2.2, 127.0.0.1", "198.51.100.1"),
        ("10.1.1.1", "10.3.3.3, 10.2.2.2", "10.1.1.1"),
        ("10.1.1.1", " , 198.51.100.1 ,, ", "198.51.100.1"),
        ("10.1.1.1", "198.51.100.1, nonsense", "10.1.1.1"),
        ("10.1.1.1", "unknown", "10.1.1.1"),
        ("10.1.1.1", "nonsense, 198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:0db8:0001:0002:0000:0000:0000:0000"),
        ("::1", "", "0000:0000:0000:0000:0000:0000:0000:0000"),
        ("fe80::1%eth0", "", "fe80:0000:0000:0000:0000:0000:0000:0000"),
        ("::ffff:203.0.113.7", "", "203.0.113.7"),
        ("::ffff:10.1.1.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("2001:db8:a::1", "2001:db8:b::1", "2001:0db8:000b:0000:0000:0000:0000:0000"),
        ("", "198.51.100.1", ""),
        ("0.0.0.0", "198.51.100.1", ""),  # a unix socket, as Tornado has it
        ("10.1.1.1", "198.51.100.1:4711", "198.51.100.1"),
        ("10.1.1.1", "[2001:db8:b::1]:4711", "2001:0db8:000b:0000:0000:0000:0000:0000"),
        ("10.1.1.1", "[2001:db8:b::1]", "2001:0db8:000b:0000:0000:0000:0000:0000"),
    ],
)
def test_the_right_most_hop_that_is_not_ours(peer: str, forwarded: str, found: str) -> None:
    assert client_address(peer, forwarded, PROXIES) == found
    remembered = remembering(PROXIES)
    assert remembered(peer, forwarded) == remembered(peer, forwarded) == found


def test_a_long_way_is_read_each_time_and_one_memory_is_not_anothers() -> None:
    longest = ", ".join(["192.0.2.1"] * 5000 + ["198.51.100.1", "10.1.1.1"])
    inside, outside = remembering(PROXIES), remembering(())
    assert inside("10.1.1.1", longest) == inside("10.1.1.1", "198.51.100.1") == "198.51.100.1"
    assert outside("10.1.1.1", "198.51.100.1") == "10.1.1.1"


ADDRESSES = st.ip_addresses().map(str)
FORWARDED = st.lists(st.one_of(ADDRESSES, st.text(max_size=20)), max_size=5).map(",".join)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.ip_addresses(v=4, network="198.18.0.0/15"),
    FORWARDED,
)
def test_nothing_a_stranger_sends_changes_it(peer: ipaddress.IPv4Address, forwarded: str) -> None:
    assert client_address(str(peer), forwarded, PROXIES) == str(peer)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(max_size=20), FORWARDED)
def test_any_text_leads_to_an_address_or_none(peer: str, forwarded: str) -> None:
    for given_peer in (peer, "10.0.0.1"):
        found = client_address(given_peer, forwarded, PROXIES)
        assert found == "" or str(ipaddress.ip_address(found))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(ADDRESSES, st.text(max_size=40).filter(lambda text: "," not in text))
def test_what_a_client_puts_in_front_is_not_looked_at(client: str, lies: str) -> None:
    assert client_address("10.0.0.1", f"{lies}, 8.8.8.8", PROXIES) == "8.8.8.8"


async def address_seen(client: Client, **headers: str) -> str:
    """What sign-up writes down for a request with these headers."""
    body = {"name": "Ada", "email": f"{secrets.token_hex(8)}@example.com", "password": "correct horse"}
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return str(
        (await Client(client.base_url).api("/sign-up/email", body, headers=sent)).json["session"]["ipAddress"]
    )


@pytest.mark.gen_test
async def test_headers_are_not_believed_by_default(client: Client) -> None:
    for name in (
        "X_Forwarded_For",
        "X_Real_IP",
        "Forwarded",
        "CF_Connecting_IP",
        "True_Client_IP",
        "Client_IP",
    ):
        assert await address_seen(client, **{name: "198.51.100.1"}) == "127.0.0.1"


@pytest.mark.environ(TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8")
@pytest.mark.gen_test
async def test_a_trusted_proxy_is_believed(client: Client) -> None:
    assert await address_seen(client, X_Forwarded_For="6.6.6.6, 198.51.100.1, 10.0.0.9") == "198.51.100.1"
    assert await address_seen(client, X_Real_IP="198.51.100.1") == "127.0.0.1"


async def sign_ins(client: Client, count: int) -> list[Answer]:
    """Sign-ins that claim to come from different addresses."""
    return [
        await client.api(
            "/sign-in/email",
            {"email": f"{number}@example.com", "password": "x"},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        )
        for number in range(count)
    ]


@pytest.mark.environ(RATE_LIMIT_ENABLED="yes")
@pytest.mark.gen_test
async def test_a_spoofed_header_opens_no_new_count(client: Client) -> None:
    answers = await sign_ins(client, 4)
    assert [answer.status for answer in answers] == [401, 401, 401, 429]
    assert answers[-1].headers["Retry-After"] == answers[-1].headers["X-Retry-After"]
    assert int(answers[-1].headers["Retry-After"]) in range(1, 11)


@pytest.mark.environ(RATE_LIMIT_ENABLED="yes", TRUSTED_PROXIES="127.0.0.1")
@pytest.mark.gen_test
async def test_clients_behind_a_proxy_are_counted_apart(client: Client) -> None:
    assert [answer.status for answer in await sign_ins(client, 5)] == [401] * 5
