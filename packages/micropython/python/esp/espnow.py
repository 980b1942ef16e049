raise ImportError('"from esp import espnow" was for MicroPython before 1.19: write "import espnow"')
