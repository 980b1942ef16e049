from bluetooth import __getattr__
