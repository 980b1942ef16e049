from socket import __getattr__
