import pytest
from yarl import URL

from utilities.config import UsageError
from utilities.models.address import authorization, chat_completions, proxy_for, read_address


@pytest.mark.parametrize(
    ("base_url", "posted_to"),
    [
        ("http://localhost:8000/v1", "http://localhost:8000/v1/chat/completions"),
        ("http://localhost:8000/v1/", "http://localhost:8000/v1/chat/completions"),
        (" https://openrouter.ai/api/v1\n", "https://openrouter.ai/api/v1/chat/completions"),
        ("http://x/v1/chat/completions", "http://x/v1/chat/completions"),
        ("https://x/openai?api-version=1", "https://x/openai/chat/completions?api-version=1"),
        ("http://user:secret@x/v1", "http://x/v1/chat/completions"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1/chat/completions"),
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1/chat/completions"),
        ("http://host.:8000/v1", "http://host.:8000/v1/chat/completions"),
        ("http://bücher.example/v1", "http://xn--bcher-kva.example/v1/chat/completions"),
    ],
)
def test_a_base_url_leads_to_its_chat_completions(base_url, posted_to):
    assert str(chat_completions(read_address(base_url))) == posted_to


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "localhost:8000/v1",
        "ftp://x/v1",
        "http://",
        "http://x:port/v1",
        "/v1",
        "http://[x/v1",
        "http://a..b:8000/v1",
        "http://" + "a" * 64 + "/v1",
        "http://xn--a/v1",
        "http://127.0.0..1:8000/v1",
        "http://127.0.0.256/v1",
        "http://127.1/v1",
    ],
)
def test_what_is_no_address_is_wrong_usage(base_url):
    with pytest.raises(UsageError, match="is not the address of a model endpoint such as http"):
        read_address(base_url)


def test_a_wrong_address_is_shown_without_its_password():
    with pytest.raises(UsageError) as caught:
        read_address("ftp://user:secret@x/v1")
    assert "secret" not in str(caught.value)


def test_a_key_is_sent_and_else_the_addresss_user():
    address = URL("http://user:secret@x/v1")
    assert authorization(address, "key") == {"Authorization": "Bearer key"}
    assert authorization(address, "") == {"Authorization": "Basic dXNlcjpzZWNyZXQ="}
    assert authorization(URL("http://x/v1"), "") == {}


def test_the_environments_proxy_is_used_except_for_this_machine(monkeypatch):
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("http_proxy", "http://proxy:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert proxy_for(URL("https://openrouter.ai/api/v1")) == "http://proxy:3128"
    assert proxy_for(URL("https://inside.example/v1")) is None
    for here in ("http://localhost:8000/v1", "http://127.0.0.1:8000/v1", "http://[::1]:8000/v1"):
        assert proxy_for(URL(here)) is None
