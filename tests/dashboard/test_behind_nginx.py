"""The page behind a real nginx as docs/behind-a-proxy.md sets it up: TLS, WebSocket, a path of its own, logging in."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from heatledger import passwords
from heatledger.store.state import State
from tests.conftest import accepts, free_port
from tests.dashboard import scene
from tests.dashboard.test_browser import MAIN, hear_all
from tests.dashboard.test_people_browser import PASSWORD, log_in, until, watched

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow, pytest.mark.enable_socket]
MANUAL = Path(__file__).parents[2] / "docs" / "behind-a-proxy.md"


def of_the_manual(folder: Path, port: int, served: int, *, strip: bool) -> str:
    """Return the manual's own server block, on our ports, with our certificate, under /heatledger/."""
    (block,) = re.findall(r"```nginx\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
    changes = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "location / {": "location /heatledger/ {",
        "http://127.0.0.1:8050;": f"http://127.0.0.1:{served}{'/' if strip else ''};",
        "/etc/ssl/home.example": f"{folder}/home.example",
    }
    for written, ours in changes.items():
        assert written in block
        block = block.replace(written, ours)
    return block


@pytest.fixture
def proxied(tmp_path, start):
    """A dashboard under /heatledger/ and nginx before it: one port that strips the path and one that does not."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    if nginx is None or shutil.which("openssl") is None:
        pytest.skip("nginx or openssl is not installed: apt-get install nginx openssl")
    scene.write_config(tmp_path)
    scene.write_history(tmp_path, MAIN)
    settings = '[dashboard]\npath = "/heatledger/"\ntrusted_proxies = ["127.0.0.1"]\n'
    (tmp_path / "config" / "settings.toml").write_text(settings)
    served, ports = free_port(), [free_port(), free_port()]
    process = start("dashboard", "--port", str(served))
    files = ["-keyout", f"{tmp_path}/home.example.key", "-out", f"{tmp_path}/home.example.pem"]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    subprocess.run([*make, *files, *name], check=True, capture_output=True)
    blocks = "".join(of_the_manual(tmp_path, port, served, strip=bool(n)) for n, port in enumerate(ports))
    kept = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    conf = f"daemon off;\npid {tmp_path}/nginx.pid;\nevents {{}}\nhttp {{\naccess_log off;\n{kept}{blocks}}}\n"
    (tmp_path / "nginx.conf").write_text(conf)
    with (tmp_path / "nginx.log").open("wb") as log:
        running = subprocess.Popen([nginx, "-c", f"{tmp_path}/nginx.conf", "-e", "stderr"], stdout=log, stderr=log)
    deadline = time.monotonic() + 60
    while not all(map(accepts, ports)):
        assert running.poll() is None, (tmp_path / "nginx.log").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    scene.wait_until_served(f"http://127.0.0.1:{served}/healthz", process)
    yield [f"https://localhost:{port}/heatledger/" for port in ports]
    running.terminate()
    running.wait(timeout=60)


def test_the_page_is_live_through_tls_under_a_path_and_only_for_who_logs_in(browser, proxied, publish, tmp_path):
    hear_all(publish)
    people = State(tmp_path / "state.db").people
    unknown = browser.new_page(ignore_https_errors=True)
    assert unknown.goto(proxied[0]).status == 200, "a trusted proxy on this machine, asked for as localhost"
    people.keep("Ada", "owner", passwords.hashed(PASSWORD), at_us=1)
    console: list[str] = []
    for url in proxied:
        context = browser.new_context(bypass_csp=False, ignore_https_errors=True)
        page = watched(context, console)
        assert page.goto(url).status == 401
        console.clear()  # the 401 itself
        log_in(page, f"{url}devices", "Ada")
        assert page.url == f"{url}devices"
        page.goto(url)
        until(page, "document.getElementById('now-cost')?.textContent === '$1.09'")
        until(page, "Number(document.querySelector('#now-beat')?.textContent) > 0")
        (cookie,) = context.cookies()
        assert (cookie["path"], cookie["secure"], cookie["httpOnly"]) == ("/heatledger/", True, True)
        assert page.evaluate("() => isSecureContext")
        kept = "navigator.serviceWorker.getRegistration().then((one) => { window.kept = one?.active && one.scope })"
        until(page, f"({kept}, window.kept === '{url}')")
        assert page.get_attribute("link[rel=manifest]", "href") == "/heatledger/manifest.webmanifest"
        assert [text for text in console if "401" not in text] == []
        context.close()
    assert {row.address for row in people.sessions()} == {"127.0.0.1"}
