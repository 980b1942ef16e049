from ssl import __getattr__
