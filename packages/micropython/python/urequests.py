from requests import __getattr__
