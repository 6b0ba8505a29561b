"""A learner at a JupyterHub without the browser: what JupyterLab's page asks for, asked directly.

The log-in, the server's start, the files, the websocket of the kernel and the messages on it are
the real ones. What is left out is what happens within a learner's own computer.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import quote

from aiohttp import ClientSession, ClientTimeout, CookieJar, TCPConnector, WSMsgType
from jupyter_server.services.kernels.connection.base import deserialize_binary_message
from yarl import URL

WIDGET = "application/vnd.jupyter.widget-view+json"
# How often the page tells Python where the slider is while it is dragged (createSetter in dom.js).
DRAG_INTERVAL = 0.15


class Learner:
    """One who logs in at a hub under a name. Use as `async with`."""

    def __init__(self, hub: str, name: str, password: str):
        self.hub, self.name, self._password = hub, name, password
        self.home = f"{hub}/user/{quote(name)}"

    async def __aenter__(self):
        self._session = ClientSession(
            cookie_jar=CookieJar(unsafe=True),  # for an address in numbers, too
            connector=TCPConnector(limit_per_host=6),  # as many as a browser
            timeout=ClientTimeout(None),  # the callers limit their waits
            raise_for_status=True,
        )
        return self

    async def __aexit__(self, *_):
        await self._session.close()

    async def log_in(self, path: str, assets: list[str] = ()) -> None:
        """Follow the class's link to a notebook, press the button, and get the page of JupyterLab.

        The page's `assets` are loaded too, as a browser with an empty cache does.
        """
        link = f"{self.hub}/hub/user-redirect/lab/tree/{path}"
        async with self._session.get(link) as form:
            action = form.url
        answers = {"username": self.name, "password": self._password}
        answers["_xsrf"] = self._xsrf(f"{self.hub}/hub/")
        async with self._session.post(action, data=answers) as page:
            if page.url.path == action.path:
                raise PermissionError(f"the hub does not let {self.name!r} in")
            if "spawn-pending" in page.url.path:
                await self._server_started()
        await self.get(f"{self.home}/lab/tree/{path}")
        await asyncio.gather(*(self.get(f"{self.home}/{asset}") for asset in assets))

    async def _server_started(self) -> None:
        """Follow what the hub's waiting page follows."""
        address = f"{self.hub}/hub/api/users/{quote(self.name)}/server/progress"
        async with self._session.get(
            address, params={"_xsrf": self._xsrf(f"{self.hub}/hub/")}
        ) as events:
            async for line in events.content:
                if line.startswith(b"data:"):
                    event = json.loads(line[5:])
                    if event.get("ready"):
                        return
                    if event.get("failed"):
                        raise RuntimeError(f"no server for {self.name}: {event['message']}")
        raise RuntimeError(f"the hub said no more about the server of {self.name}")

    async def get(self, address: str) -> bytes:
        async with self._session.get(address) as answer:
            return await answer.read()

    async def open(self, path: str) -> Lesson:
        """Open a notebook with a kernel."""
        contents = json.loads(await self.get(f"{self.home}/api/contents/{path}?type=notebook"))
        cells = ["".join(cell["source"]) for cell in contents["content"]["cells"]
                 if cell["cell_type"] == "code"]  # fmt: skip
        wanted = {"path": path, "type": "notebook", "name": path, "kernel": {"name": "python3"}}
        async with self._session.post(
            f"{self.home}/api/sessions", json=wanted, headers=self._header()
        ) as answer:
            session = await answer.json()
        socket = await self._session.ws_connect(
            f"{self.home}/api/kernels/{session['kernel']['id']}/channels", max_msg_size=0
        )
        return Lesson(socket, cells, session["id"])

    async def stop_server(self) -> None:
        """What the hub's control panel does."""
        headers = {"X-XSRFToken": self._xsrf(f"{self.hub}/hub/")}
        address = f"{self.hub}/hub/api/users/{quote(self.name)}/server"
        while True:
            async with self._session.delete(address, headers=headers) as answer:
                if answer.status == 204:
                    return
            await asyncio.sleep(0.2)  # 202: it is about to stop

    async def close(self, lesson: Lesson) -> None:
        """Shut down the lesson's kernel, as each lesson asks for at its end."""
        await lesson.disconnect()
        address = f"{self.home}/api/sessions/{lesson.session}"
        async with self._session.delete(address, headers=self._header()):
            pass

    def _xsrf(self, address: str) -> str:
        return self._session.cookie_jar.filter_cookies(URL(address))["_xsrf"].value

    def _header(self) -> dict[str, str]:
        return {"X-XSRFToken": self._xsrf(f"{self.home}/")}


@dataclass
class Lesson:
    """An open notebook: its code cells, and the line to its kernel."""

    socket: object
    cells: list[str]
    session: str
    widgets: dict[str, str] = field(
        default_factory=dict
    )  # the cell's source, of each that is shown
    first_widget: float | None = None  # when it was there, by time.perf_counter
    errors: list[str] = field(default_factory=list)

    def __post_init__(self):
        self._waiting: dict[str, tuple[set, list, asyncio.Future]] = {}
        self._models: set[str] = set()
        self._listening = asyncio.create_task(self._listen())

    async def run(self) -> None:
        """Run all cells."""
        for cell in self.cells:
            await self.execute(cell)

    async def execute(self, code: str, **expressions: str) -> dict[str, str]:
        """Run a cell; the text of the Python `expressions` after it."""
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False,
                   "stop_on_error": True, "user_expressions": expressions}  # fmt: skip
        messages = await self._ask("execute_request", content, "execute_reply")
        reply = next(m["content"] for m in messages if m["msg_type"] == "execute_reply")
        if reply["status"] != "ok":
            self.errors.append(f"{reply['ename']}: {reply['evalue']}, in\n{code}")
            return {}
        for message in messages:
            model = message["content"].get("data", {}).get(WIDGET, {}).get("model_id")
            if model:
                self.widgets[model] = code
        said = reply["user_expressions"].items()
        return {name: value["data"]["text/plain"] for name, value in said}

    async def drag(self, code: str, temperatures) -> list[float]:
        """Drag the slider of the widget below the cell with `code` in it.

        Returns:
            For each temperature, the seconds until the kernel has taken it over and is idle again.
        """
        model = next(model for model, source in self.widgets.items() if code in source)
        sent = []
        for temperature in temperatures:
            state = {"temperature": temperature}
            data = {"method": "update", "state": state, "buffer_paths": []}
            sent.append(
                asyncio.create_task(
                    self._timed(self._ask("comm_msg", {"comm_id": model, "data": data}))
                )
            )
            await asyncio.sleep(DRAG_INTERVAL)
        return await asyncio.gather(*sent)

    async def disconnect(self) -> None:
        self._listening.cancel()
        await self.socket.close()

    @staticmethod
    async def _timed(answer) -> float:
        start = time.perf_counter()
        await answer
        return time.perf_counter() - start

    async def _ask(self, kind: str, content: dict, *replies: str) -> list[dict]:
        """Send a message; all that comes in answer to it, when the kernel is idle again."""
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "username": "", "session": "",
                  "date": "", "version": "5.3"}  # fmt: skip
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content,
                   "channel": "shell", "buffers": []}  # fmt: skip
        answer = asyncio.get_running_loop().create_future()
        self._waiting[header["msg_id"]] = ({"idle", *replies}, [], answer)
        await self.socket.send_json(message)
        return await answer

    async def _listen(self) -> None:
        async for frame in self.socket:
            if frame.type == WSMsgType.BINARY:
                self._hear(deserialize_binary_message(frame.data))
            else:
                self._hear(json.loads(frame.data))
        self._fail("the line to the kernel was cut")

    def _hear(self, message: dict) -> None:
        content, kind = message["content"], message["msg_type"]
        if kind == "comm_open":
            self._models.add(content["comm_id"])
        # A widget is there when the page has its state and the place to show it.
        model = content.get("data", {}).get(WIDGET, {}).get("model_id")
        if self.first_widget is None and model in self._models:
            self.first_widget = time.perf_counter()
        state = content.get("execution_state")
        if state in ("dead", "restarting", "autorestarting"):
            self._fail("the kernel died")
        missing, messages, answer = self._waiting.get(
            message["parent_header"].get("msg_id"), (set(), [], None)
        )
        messages.append(message)
        missing -= {kind, state}
        if answer and not missing and not answer.done():
            answer.set_result(messages)

    def _fail(self, why: str) -> None:
        for _, _, answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(ConnectionError(why))
