"""A headless Chromium, spoken to over a pipe in the DevTools protocol: just what the tests of a page need."""
import base64
import json
import os
import select
import shutil
import subprocess
import time


def find_chromium():
    """Path of a Chromium, or None."""
    return os.environ.get("TORII_CHROMIUM") or shutil.which("chromium")


class BrowserError(Exception):
    pass


class Browser:
    """One process and one page. `problems` holds what the page wrote to its console as an error or warning, what it
    threw, and what its policy (CSP) refused."""

    def __init__(self, folder, width=1280, height=900):
        to_browser, self._to_browser = os.pipe()
        self._from_browser, from_browser = os.pipe()

        def connect():  # the protocol wants descriptors 3 and 4
            read, write = os.dup(to_browser), os.dup(from_browser)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self._process = subprocess.Popen(
            [find_chromium(), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
             "--disable-dev-shm-usage", f"--user-data-dir={folder}", "--remote-debugging-pipe", "about:blank"],
            preexec_fn=connect, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(to_browser)
        os.close(from_browser)
        self._rest = b""
        self._number = 0
        self._session = None
        self._events = []
        self.problems = []
        target = next(one for one in self.call("Target.getTargets")["targetInfos"] if one["type"] == "page")
        self._session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.requests = []
        self.size(width, height)

    def close(self):
        try:
            self._session = None
            self.call("Browser.close", timeout=5)
        except (BrowserError, OSError):
            pass
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._to_browser)
        os.close(self._from_browser)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- protocol
    def _message(self, until):
        while b"\0" not in self._rest:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._from_browser], [], [], left)[0]:
                raise BrowserError("no answer from Chromium in time")
            octets = os.read(self._from_browser, 1 << 20)
            if not octets:
                raise BrowserError("Chromium ended")
            self._rest += octets
        message, self._rest = self._rest.split(b"\0", 1)
        return json.loads(message)

    def _note(self, message):
        method, params = message.get("method"), message.get("params", {})
        self._events.append(message)
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.problems.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.problems.append(str([one.get("value") for one in params["args"]]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.problems.append(params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])

    def call(self, method, timeout=30, **params):
        self._number += 1
        request = {"id": self._number, "method": method, "params": params}
        if self._session:
            request["sessionId"] = self._session
        os.write(self._to_browser, json.dumps(request).encode() + b"\0")
        until = time.monotonic() + timeout
        while True:
            message = self._message(until)
            if message.get("id") != self._number:
                self._note(message)
                continue
            if "error" in message:
                raise BrowserError(f"{method}: {message['error']['message']}")
            return message["result"]

    def wait_for(self, event, timeout=30):
        until = time.monotonic() + timeout
        while not any(one.get("method") == event for one in self._events):
            self._note(self._message(until))

    # ---- page
    def size(self, width, height=900, scale=1):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale,
                  mobile=width < 500)

    def media(self, **features):
        """prefers_color_scheme="dark", prefers_reduced_motion="reduce", media="print"."""
        media = features.pop("media", "")
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": name.replace("_", "-"), "value": value} for name, value in features.items()])

    def scripts(self, on):
        self.call("Emulation.setScriptExecutionDisabled", value=not on)

    def open(self, url):
        """Seconds until everything was loaded and drawn once."""
        self._events.clear()
        self.problems.clear()
        self.requests.clear()
        self.call("Page.navigate", url="about:blank")
        self.wait_for("Page.loadEventFired")
        self._events.clear()
        self.requests.clear()
        start = time.monotonic()
        self.call("Page.navigate", url=url)
        self.wait_for("Page.loadEventFired")
        self.call("Page.captureScreenshot", format="jpeg", quality=10)
        return time.monotonic() - start

    def ask(self, expression):
        """The value of a JavaScript expression; promises are waited for."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise BrowserError(details.get("exception", {}).get("description") or details["text"])
        return result["result"].get("value")

    def settle(self):
        self.ask("new Promise((done) => setTimeout(() => requestAnimationFrame(() => done(true)), 60))")

    def key(self, key, code=None, number=0, text=None, modifiers=0):
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "ArrowLeft": 37, "ArrowRight": 39}
        number = number or codes.get(key, 0)
        text = text if text is not None else {"Enter": "\r", " ": " "}.get(key)
        params = {"key": key, "code": code or key, "windowsVirtualKeyCode": number, "modifiers": modifiers}
        if text:
            params["text"] = text
        self.call("Input.dispatchKeyEvent", type="keyDown", **params)
        params.pop("text", None)
        self.call("Input.dispatchKeyEvent", type="keyUp", **params)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def picture(self, path, whole=True):
        done = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole, timeout=60)
        with open(path, "wb") as out:
            out.write(base64.b64decode(done["data"]))
