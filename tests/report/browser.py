"""Drives a headless Chromium over its debugging pipe: nothing is needed but the browser.

The protocol is Chrome's DevTools Protocol: JSON objects, each ended by a zero byte, on the browser's descriptors 3
(to it) and 4 (from it).
"""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
         "--remote-debugging-pipe"]
PIPES = (3, 4)  # The browser's descriptors: to it, from it.
SECONDS = 60  # For any one answer.


def find_browser():
    """The path of a Chromium, or None."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    return None


class BrowserError(Exception):
    """The browser refused, or did not answer."""


class Browser:
    """One page in a browser of its own. Use it in a with statement."""

    def __init__(self, executable):
        self.events = []  # Everything that the browser has told without being asked.
        self._number = 0
        self._buffer = b""
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_read, self._write = os.pipe()
        self._read, from_write = os.pipe()

        def place_pipes():
            # By way of other numbers: one pipe may have that which the other shall get.
            ends = [fcntl.fcntl(end, fcntl.F_DUPFD, max(PIPES) + 1) for end in (to_read, from_write)]
            for end, number in zip(ends, PIPES, strict=True):
                os.dup2(end, number)

        # PIPES are open here too, as four pipe ends have just been opened: pass_fds needs that.
        self._process = subprocess.Popen(
            [executable, *FLAGS, f"--user-data-dir={self._profile.name}", "about:blank"],
            pass_fds=PIPES, preexec_fn=place_pipes, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(from_write)
        self._session = None
        target = self._page_target()
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the browser."""
        try:
            self._session = None
            self.call("Browser.close")
            self._process.wait(timeout=10)
        except (BrowserError, OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        os.close(self._write)
        os.close(self._read)
        self._profile.cleanup()

    def _page_target(self):
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            for target in self.call("Target.getTargets")["targetInfos"]:
                if target["type"] == "page":
                    return target["targetId"]
            time.sleep(0.1)
        raise BrowserError("the browser opens no page")

    def _message(self, until):
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], max(0, until - time.monotonic()))
            data = os.read(self._read, 1 << 16) if ready else b""
            if not data:
                raise BrowserError("the browser does not answer")
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def call(self, method, **parameters):
        """Sends a command and returns its result."""
        self._number += 1
        command = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            command["sessionId"] = self._session
        data = json.dumps(command).encode() + b"\0"
        while data:
            data = data[os.write(self._write, data):]
        until = time.monotonic() + SECONDS
        while True:
            message = self._message(until)
            if message.get("id") == self._number:
                if "error" in message:
                    raise BrowserError(f"{method}: {message['error']['message']}")
                return message["result"]
            if "method" in message:
                self.events.append(message)

    def open(self, url):
        """Opens a page and waits until it is loaded."""
        self.events.clear()
        self.call("Page.navigate", url=url)
        until = time.monotonic() + SECONDS
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            message = self._message(until)
            if "method" in message:
                self.events.append(message)

    def value(self, expression):
        """What a JavaScript expression gives, as JSON does."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise BrowserError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def choose(self, select_id, index):
        """Chooses an option, as a reader does."""
        self.value(f"""(() => {{ const s = document.getElementById({json.dumps(select_id)}); s.selectedIndex = {index};
                       s.dispatchEvent(new Event("change")); }})()""")

    def press(self, key, code=0):
        """Presses a key: 'Tab', 'ArrowRight', ..."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def show(self, width, height=900, dark=False, media="screen"):
        """Sets the size of the window and what the reader prefers."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)

    def screenshot(self):
        """The whole page as PNG."""
        answer = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(answer["data"])

    def requests(self):
        """The addresses that the page has asked for."""
        return [event["params"]["request"]["url"] for event in self.events
                if event["method"] == "Network.requestWillBeSent"]

    def complaints(self):
        """What the page has written to the console, and exceptions that nobody caught."""
        complaints = []
        for event in self.events:
            if event["method"] == "Runtime.consoleAPICalled":
                complaints.append(str(event["params"]["args"]))
            elif event["method"] == "Runtime.exceptionThrown":
                complaints.append(str(event["params"]["exceptionDetails"]))
            elif event["method"] == "Log.entryAdded":
                complaints.append(event["params"]["entry"]["text"])
        return complaints
