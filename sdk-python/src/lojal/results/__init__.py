"""What the calls return: frozen dataclasses, one file a topic. Each reads itself off the wire with `from_wire`."""
