"""Deploy: a model served on this machine, or the files and commands to serve it elsewhere."""

from rftkit.deploy.local import Endpoint, SmokeTest, serve

__all__ = ["Endpoint", "SmokeTest", "serve"]
