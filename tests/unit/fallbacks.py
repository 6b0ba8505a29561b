"""What is seen of a widget where none can run."""


def html_of(widget) -> str:
    return widget._repr_mimebundle_()[0]["text/html"]


def text_of(widget) -> str:
    return widget._repr_mimebundle_()[0]["text/plain"]
