"""How we know that the engine is right: cases with a known answer, invariants over random systems, and what simulators get wrong.

A file in ``cases/`` is a group: its docstring is the title, its ``CASES`` the cases. ``python -m engine verify`` runs all of them; the
tests run them with less effort.
"""
