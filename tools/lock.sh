#!/usr/bin/env bash
# Pins requirements/*.in anew, by hash and without any registry's address. Needs uv.
set -euo pipefail
cd "$(dirname "$0")/../requirements"
for name in run dev peers; do
  uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$name.in" -o "$name.txt"
done
