from cryptolib import __getattr__
