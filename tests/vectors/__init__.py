"""What the reader must say of each certificate that people have met, or will: one file a case.

`cases/` states them, `build.py` writes them down as TOML, which needs none of this to be read.
"""
