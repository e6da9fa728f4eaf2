"""Settings of all tests."""

from hypothesis import settings

# Two busy cores make single examples slow now and then; that is no failure. What a failure printed can be replayed from its blob.
settings.register_profile("faultline", deadline=None, print_blob=True)
settings.load_profile("faultline")
