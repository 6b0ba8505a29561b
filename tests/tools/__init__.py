"""What several tests and benchmarks need: a browser, a JupyterLab, a hub, examples of widgets."""
