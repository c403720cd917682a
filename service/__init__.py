"""What runner.py is made of: lock, run, report, exit. Not in the collection; imports from it, never the reverse."""
