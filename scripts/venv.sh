#!/bin/sh
# Make the virtual environment in .venv, from any Python of 3.11 or newer. Usage: sh scripts/venv.sh [PYTHON]
set -eu
venv=.venv
recent='import sys; sys.exit(sys.version_info < (3, 11))'

if "$venv/bin/python" -c "$recent" 2>/dev/null && "$venv/bin/python" -m pip --version >/dev/null 2>&1; then exit 0; fi

python=
for candidate in "${1:-python3}" python3 python3.13 python3.12 python3.11 python; do
  if "$candidate" -c "$recent" 2>/dev/null; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
  echo "No Python of 3.11 or newer was found. Install one, or name it: make run PYTHON=/path/to/python3" >&2
  exit 1
fi

rm -rf "$venv"
# Debian ships venv without ensurepip: fall back to the pip of the system, then to the virtualenv package, then to installing the piece.
if "$python" -m venv "$venv" >/dev/null 2>&1; then exit 0; fi
rm -rf "$venv"
if "$python" -m venv --without-pip "$venv" 2>/dev/null \
  && "$python" -m pip --python "$venv/bin/python" install --quiet pip 2>/dev/null; then exit 0; fi
rm -rf "$venv"
if "$python" -m virtualenv --quiet "$venv" 2>/dev/null; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && apt-get install -y -qq python3-venv && "$python" -m venv "$venv" && exit 0
fi
echo "$python cannot make a virtual environment. On Debian or Ubuntu: sudo apt-get install python3-venv, then try again." >&2
exit 1
