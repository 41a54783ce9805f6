#!/usr/bin/env bash
# Prints the path of Schemathesis, which sends a desk what its own description of the API allows and what it does not.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
venv="$root/.cache/schemathesis"
stamp="$venv/.goshawk-installed"
package="schemathesis==4.32.5"
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$package" ]; then
  command -v python3 >/dev/null || { echo "goshawk: python3 is needed for Schemathesis" >&2; exit 1; }
  echo "goshawk: installing $package" >&2
  python3 -m venv "$venv" >&2
  "$venv/bin/pip" install --quiet --disable-pip-version-check "$package" >&2
  echo "$package" >"$stamp"
fi
echo "$venv/bin/schemathesis"
