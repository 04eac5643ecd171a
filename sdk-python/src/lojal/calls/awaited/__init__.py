"""Generated from src/lojal/calls by scripts/generate_async.py. Do not edit."""
