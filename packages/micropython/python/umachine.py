# The module's former name.
from machine import *
