#!/bin/sh
# See to it that the browser tests find a Chromium: one that is there, else Debian's, else the one Playwright brings.
set -eu
python=${1:-.venv/bin/python}
if "$python" -m scripts.browser >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  if apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; then
    "$python" -m scripts.browser >/dev/null 2>&1 && exit 0
  fi
fi
if "$python" -m playwright install chromium && "$python" -m scripts.browser >/dev/null 2>&1; then exit 0; fi
echo "No Chromium for the browser tests. Install chromium or google-chrome, or set CHROMIUM=/path/to/it." >&2
exit 1
