def run(path):
    execfile(path)
