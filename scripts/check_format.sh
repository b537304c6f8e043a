#!/usr/bin/env bash
# Every source file is laid out as clang-format does it.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files '*.h' '*.cpp' '*.cu' | xargs clang-format --dry-run --Werror
