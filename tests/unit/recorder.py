"""A monitor for the tests of training."""


class Recorder:
    """A monitor that remembers, and may press the stop button, once."""

    def __init__(self, stop_at=None):
        self.calls, self.stop_at = [], stop_at

    def start(self, total, unit="epoch"):
        self.calls.append(("start", total, unit))
        if self.stop_at == "start":
            raise KeyboardInterrupt

    def update(self, done, **metrics):
        self.calls.append(("update", done, metrics))
        if self.stop_at not in (None, "start") and done >= self.stop_at:
            self.stop_at = None
            raise KeyboardInterrupt

    def finish(self, message=""):
        self.calls.append(("finish", message))
