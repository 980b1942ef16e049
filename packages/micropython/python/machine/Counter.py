raise ImportError("machine.Counter: a simulated board has none; count edges with Pin.irq()")
