"""Debian's Chromium without a window, driven over its DevTools protocol."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MISSING = "Chromium is not installed (Debian: apt-get install chromium), so the page is not tried in a browser"


class Broken(Exception):
    """What the page did not like."""


class Browser:
    """One page of a browser: say what to run in it, and get what comes out."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._number = socket, 0
        self.complaints: list[str] = []
        self.requests: list[str] = []
        for domain in ("Page", "Runtime", "Network", "DOM", "Accessibility"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask the browser; what happens meanwhile is noted."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            said = self._heard()
            if said.get("id") == self._number:
                if "error" in said:
                    raise Broken(f"{method}: {said['error']}")
                result: dict[str, Any] = said["result"]
                return result

    def _heard(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self._socket.recv(timeout=120))
        method, about = said.get("method"), said.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(about["exceptionDetails"].get("exception", {}).get("description", "an exception"))
        if method == "Runtime.consoleAPICalled" and about["type"] == "error":
            self.complaints.append(str(about["args"]))
        if method == "Network.requestWillBeSent":
            self.requests.append(about["request"]["url"])
        return said

    def open(self, page: Path, address: str = "") -> None:
        """Load a file from disk; returns when it is there."""
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=f"{page.as_uri()}{'#' if address else ''}{address}")
        self.until("document.readyState === 'complete' && typeof view !== 'undefined'")

    def run(self, script: str) -> Any:
        """The value of an expression; ``Broken`` if it throws."""
        said = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in said:
            raise Broken(said["exceptionDetails"].get("exception", {}).get("description", script))
        return said["result"].get("value")

    def until(self, script: str, seconds: float = 120) -> None:
        """Wait until it is so."""
        end = time.monotonic() + seconds
        while not self.run(script):
            if time.monotonic() > end:
                raise Broken(f"never so: {script}")
            time.sleep(0.02)

    def click(self, selector: str) -> None:
        """Click what a reader would click: it must be there and not be switched off."""
        self.run(f"(() => {{ const hit = document.querySelector({json.dumps(selector)});"
                 "if (!hit || hit.disabled) throw new Error('nothing to click'); hit.click(); })()")  # fmt: skip

    def pick(self, selector: str, value: str) -> None:
        """Choose an option of a list."""
        chosen = f"list.value = {json.dumps(value)}; list.dispatchEvent(new Event('change', {{bubbles: true}}));"
        self.run(f"(() => {{ const list = document.querySelector({json.dumps(selector)}); {chosen} }})()")

    def fill(self, selector: str, text: str) -> None:
        """Write into a field."""
        self.run(f"document.querySelector({json.dumps(selector)}).value = {json.dumps(text)}")

    def press(self, key: str) -> None:
        """Press and release a key."""
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}  # what presses a button
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, **text)

    def text(self, selector: str) -> str:
        """What stands there."""
        return str(self.run(f"document.querySelector({json.dumps(selector)}).textContent"))

    def size(self, width: int, height: int, *, dark: bool = False) -> None:
        """The window."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self) -> bytes:
        """What it looks like, as PNG."""
        from base64 import b64decode

        return b64decode(self.call("Page.captureScreenshot", format="png")["data"])


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """A browser with one empty page; it is closed afterwards."""
    assert CHROMIUM is not None, MISSING
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", "--no-first-run"]
        command = [CHROMIUM, *options, f"--user-data-dir={profile}", "about:blank"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                port = _port(Path(profile, "DevToolsActivePort"), process)
                with connect(_page(port), max_size=None, open_timeout=60) as socket:
                    yield Browser(socket)
            finally:
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()


def _port(file: Path, process: subprocess.Popen[bytes]) -> str:
    for _ in range(1200):
        if file.is_file() and "\n" in file.read_text(encoding="ascii"):
            return file.read_text(encoding="ascii").split("\n")[0]
        assert process.poll() is None, "the browser ended"
        time.sleep(0.05)
    raise Broken("the browser does not listen")


def _page(port: str) -> str:
    from urllib.request import urlopen

    with urlopen(f"http://127.0.0.1:{port}/json/list", timeout=60) as answer:
        pages = json.load(answer)
    return str(next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page"))
