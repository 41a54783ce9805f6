#!/usr/bin/env bash
# Prints the path of Schemathesis, which sends a desk what its own description of the API allows and what it does not.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
venv="$root/.cache/schemathesis"
stamp="$venv/.goshawk-installed"
package="schemathesis==4.32.5"
# Programs of a virtual environment name the folder that they were installed in.
installed="$package in $venv"
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$installed" ]; then
  command -v python3 >/dev/null || { echo "goshawk: python3 is needed for Schemathesis" >&2; exit 1; }
  echo "goshawk: installing $package" >&2
  python3 -m venv --clear "$venv" >&2
  "$venv/bin/pip" install --quiet --disable-pip-version-check "$package" >&2
  echo "$installed" >"$stamp"
fi
echo "$venv/bin/schemathesis"
