raise ImportError("machine.Encoder: a simulated board has none; count edges with Pin.irq()")
