"""Generated from proto/lojal/v1 by scripts/generate.py. Do not edit."""
