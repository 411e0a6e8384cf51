"""Where mail goes and by whose name: what settings.toml may say, and where the password comes from."""

import pytest

from heatledger.config import ConfigError, load
from heatledger.mail_settings import MailSettings
from heatledger.settings import mail_password


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('host = "x"', 'mail: sender: whom is the mail from? write an address, such as sender = "home@example.org"'),
        ('sender = "nobody"', "mail: sender: 'nobody' is no e-mail address; write it as name@example.org"),
        ('sender = "a@b.c, d@e.f"', "mail: sender: 'a@b.c, d@e.f' is no e-mail address; write it as name@example.org"),
        ('reply_to = "a@b.c\\nBcc: d@e.f"', "mail: reply_to: 'a@b.c\\nBcc: d@e.f' is no e-mail address"),
        ('password = "x"', "mail: unknown key 'password'; did you mean 'password_file'?"),
        ('user = "x"\nsecurity = "none"', "mail: security: none would send the password in the clear"),
    ],
)
def test_what_cannot_be_used_is_one_line(tmp_path, text, line):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.toml").write_text(f"[mail]\n{text}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load(data_dir=tmp_path, environ={})
    assert str(refused.value).startswith(f"{tmp_path}/config/settings.toml: {line}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["home.example.org", "https://home.example.org", "https://a b/", "ftp://x/", "https:///"]
)
def test_a_public_address_begins_links(tmp_path, url):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.toml").write_text(f'[dashboard]\npublic_url = "{url}"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="begins no link; write it"):
        load(data_dir=tmp_path, environ={})


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_port_is_the_usual_one_unless_stated(security, port):
    assert MailSettings(security=security).service == port
    assert MailSettings(security=security, port=2525).service == 2525


def test_the_password_comes_from_the_environment_then_from_its_file(tmp_path):
    mail = MailSettings(host="x", sender="a@b.c", user="ann")
    with pytest.raises(ConfigError, match=r"mail\.user is .ann. without a password; put it into .*mail_password"):
        mail_password(mail, tmp_path, {})
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "mail_password").write_text("from the file\n", encoding="utf-8")
    (tmp_path / "other").write_text("from another\n", encoding="utf-8")
    assert mail_password(mail, tmp_path, {}) == "from the file"
    assert mail_password(mail, tmp_path, {"HEATLEDGER_MAIL_PASSWORD": "said"}) == "said"
    assert mail_password(mail, tmp_path, {"HEATLEDGER_MAIL_PASSWORD_FILE": str(tmp_path / "other")}) == "from another"
    named = MailSettings(host="x", sender="a@b.c", user="ann", password_file=str(tmp_path / "nowhere"))
    with pytest.raises(ConfigError, match=r"mail\.password_file=.*nowhere: No such file"):
        mail_password(named, tmp_path, {})
    assert mail_password(MailSettings(host="x", sender="a@b.c"), tmp_path, {"HEATLEDGER_MAIL_PASSWORD": "x"}) is None
