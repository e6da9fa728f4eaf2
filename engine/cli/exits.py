"""Exit codes. Where several documents are judged, the highest of these wins."""

OK = 0
FAILED = 1  # an expectation does not hold
BAD_DOCUMENT = 2  # also: a bad option, an unreadable file
SATURATED = 3
BUG = 70  # a fault of ours (sysexits.h, EX_SOFTWARE)
INTERRUPTED = 130  # 128 + SIGINT, as shells have it
